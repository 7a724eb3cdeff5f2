import { expect, test } from 'vitest';
import { Flights } from './flights.ts';

test('whoever comes while the work is under way shares its outcome; who comes later begins anew', async () => {
  const flights = new Flights();
  let begun = 0;
  let land: (value: string) => void = () => {};
  const work = () => {
    begun += 1;
    return new Promise<string>((resolve) => {
      land = resolve;
    });
  };
  const both = Promise.all([flights.join('a', work), flights.join('a', work)]);
  expect(begun).toBe(1);
  land('first');
  expect(await both).toEqual(['first', 'first']);
  const later = flights.join('a', work);
  land('second');
  expect(await later).toBe('second');
  expect(begun).toBe(2);
});

test('a failure is shared, too, and keeps nobody from trying again', async () => {
  const flights = new Flights();
  const failing = () => Promise.reject(new Error('no'));
  const joined = await Promise.allSettled([flights.join('a', failing), flights.join('a', failing)]);
  expect(joined.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.join('a', async () => 'yes')).toBe('yes');
});

test('it is settled when all that was under way has ended, what began meanwhile and what failed included', async () => {
  const flights = new Flights();
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const first = flights.join('a', () => work().then(() => flights.join('b', work)));
  const failing = flights.join('c', () => Promise.reject(new Error('no'))).catch(() => 'failed');
  let isSettled = false;
  const settled = flights.settle().then(() => {
    isSettled = true;
  });
  expect(await failing).toBe('failed');
  ends[0]?.();
  await expect.poll(() => ends.length).toBe(2);
  expect(isSettled).toBe(false);
  ends[1]?.();
  await Promise.all([first, settled]);
  await flights.settle();
});
