import { expect, test } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

test('a key that waits is done once; one that is under way is done again', async () => {
  const done: string[] = [];
  let release = () => {};
  const queue = new KeyedQueue(async (key) => {
    done.push(key);
    if (done.length === 1) await new Promise<void>((resolve) => (release = resolve));
  });
  for (const key of ['a', 'b', 'b', 'a']) queue.request(key);
  release();
  await queue.settle();
  expect(done).toEqual(['a', 'b', 'a']);
});

test('stopping waits for what is under way and forgets the rest', async () => {
  const done: string[] = [];
  const queue = new KeyedQueue(async (key) => {
    await Promise.resolve();
    done.push(key);
  });
  queue.request('a');
  queue.request('b');
  await queue.stop();
  expect(done).toEqual(['a']);
});

test('requests that come together within the gathering time are done once, and again in the next round', async () => {
  const done: string[] = [];
  const queue = new KeyedQueue(
    async (key) => {
      done.push(key);
      if (done.length === 1) queue.request('a');
    },
    { gatherMs: 5 },
  );
  for (const key of ['a', 'b', 'a', 'a']) queue.request(key);
  expect(done).toEqual([]);
  await queue.settle();
  expect(done).toEqual(['a', 'b', 'a']);
});

test('stopping ends the gathering at once and does none of what was asked for', async () => {
  const done: string[] = [];
  const queue = new KeyedQueue(async (key) => void done.push(key), { gatherMs: 60_000 });
  queue.request('a');
  await queue.stop();
  expect(done).toEqual([]);
});
