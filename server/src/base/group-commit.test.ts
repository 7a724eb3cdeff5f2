import { expect, test } from 'vitest';
import { GroupCommit } from './group-commit.ts';

function createQueue(batchMax = 100, batchesUnderWayMax = 1) {
  const batches: string[][] = [];
  const queue = new GroupCommit<string, string>({
    carryOut: async (items) => {
      batches.push(items);
      await Promise.resolve();
      if (items.includes('boom')) throw new Error('boom');
      return items.map((item) => (item === 'bad' ? new Error('bad') : `${item}!`));
    },
    keyOf: (item) => item,
    batchMax,
    batchesUnderWayMax,
  });
  return { queue, batches };
}

test('what arrives while a batch runs goes together as the next', async () => {
  const { queue, batches } = createQueue();
  const first = queue.enqueue('a');
  await Promise.resolve();
  await Promise.resolve();
  const rest = [queue.enqueue('b'), queue.enqueue('c')];
  expect(await Promise.all([first, ...rest])).toEqual(['a!', 'b!', 'c!']);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});

test('a repeat waits for the batch after its first; a batch has its limit', async () => {
  const { queue, batches } = createQueue(2);
  await Promise.all(['a', 'a', 'b', 'c', 'd'].map((item) => queue.enqueue(item)));
  expect(batches).toEqual([['a', 'b'], ['a', 'c'], ['d']]);
});

test('one refused item fails alone, a failed batch fails whole, and the queue goes on', async () => {
  const { queue } = createQueue();
  const settled = await Promise.allSettled([queue.enqueue('a'), queue.enqueue('bad')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(queue.enqueue('boom')).rejects.toThrow('boom');
  expect(await queue.enqueue('later')).toBe('later!');
});

test('flush resolves when all that was enqueued is answered', async () => {
  const { queue } = createQueue(1);
  let answered = 0;
  for (const item of ['a', 'b', 'c']) void queue.enqueue(item).then(() => answered++);
  await queue.flush();
  expect(answered).toBe(3);
});

test('a second batch may be under way, but never with a key of the first', async () => {
  const { queue, batches } = createQueue(1, 2);
  const answers = Promise.all(['a', 'a', 'b', 'c'].map((item) => queue.enqueue(item)));
  await Promise.resolve();
  expect(batches).toEqual([['a'], ['b']]);
  expect(await answers).toEqual(['a!', 'a!', 'b!', 'c!']);
});

test('what nobody waits for goes with the next that somebody does, or by itself in the end', async () => {
  const { queue, batches } = createQueue(10, 2);
  const behind = queue.enqueue('a', 20);
  await new Promise(setImmediate);
  expect(batches).toEqual([]);
  expect(await Promise.all([behind, queue.enqueue('b')])).toEqual(['a!', 'b!']);
  expect(batches).toEqual([['a', 'b']]);
  expect(await queue.enqueue('c', 20)).toBe('c!');
  const last = queue.enqueue('d', 60_000);
  await queue.flush();
  expect(await last).toBe('d!');
  expect(batches).toEqual([['a', 'b'], ['c'], ['d']]);
});
