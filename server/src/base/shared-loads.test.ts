// Who shares what, in every order in which loads begin, end and are asked for.

import { expect, test } from 'vitest';
import { SharedLoads } from './shared-loads.ts';

/** Loads that end when they are told to; each answers with the number of those that began before it. */
function createSource() {
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const load = () => new Promise<number>((resolve, reject) => void ends.push({ resolve, reject }));
  return {
    load,
    begun: () => ends.length,
    end: (at: number) => ends[at]?.resolve(at),
    fail: (at: number) => ends[at]?.reject(new Error('away')),
  };
}

test('who asks while a load is under way gets one that began after, and shares it with all who asked meanwhile', async () => {
  const source = createSource();
  const loads = new SharedLoads<number>();
  const first = loads.ask('a', source.load);
  const others = [loads.ask('a', source.load), loads.ask('a', source.load)];
  expect(source.begun()).toBe(1);
  source.end(0);
  expect(await first).toBe(0);
  await Promise.resolve();
  expect(source.begun()).toBe(2);
  const later = loads.ask('a', source.load);
  source.end(1);
  expect(await Promise.all(others)).toEqual([1, 1]);
  await Promise.resolve();
  source.end(2);
  expect(await later).toBe(2);
  expect(source.begun()).toBe(3);
});

test('nothing is kept: once a load has ended, the next who asks has it loaded anew', async () => {
  const source = createSource();
  const loads = new SharedLoads<number>();
  for (const at of [0, 1, 2]) {
    const asked = loads.ask('a', source.load);
    expect(source.begun()).toBe(at + 1);
    source.end(at);
    expect(await asked).toBe(at);
  }
});

test('keys do not wait for each other', () => {
  const source = createSource();
  const loads = new SharedLoads<number>();
  for (const key of ['a', 'b', 'c']) void loads.ask(key, source.load);
  expect(source.begun()).toBe(3);
});

test('a load that fails fails those who share it, and the next is tried', async () => {
  const source = createSource();
  const loads = new SharedLoads<number>();
  const first = loads.ask('a', source.load);
  const second = loads.ask('a', source.load);
  source.fail(0);
  await expect(first).rejects.toThrow('away');
  await Promise.resolve();
  source.end(1);
  expect(await second).toBe(1);
});
