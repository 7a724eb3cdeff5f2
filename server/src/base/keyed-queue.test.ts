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
