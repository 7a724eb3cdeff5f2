import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { words } from './word-list.ts';

test('the list is the one that was published, in its order', () => {
  const throws = Array.from({ length: 7776 }, (_, index) =>
    [...index.toString(6).padStart(5, '0')].map((digit) => Number(digit) + 1).join(''),
  );
  // eff_large_wordlist.txt as its authors offer it, throw and word a line.
  const file = throws.map((thrown, index) => `${thrown}\t${words[index]}\n`).join('');
  expect(createHash('sha256').update(file).digest('hex')).toBe(
    'addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e',
  );
});

test('it holds 7776 different words, of which none begins with another', () => {
  const known = new Set(words);
  expect(known.size).toBe(7776);
  const begun = words.filter((word) =>
    Array.from(word, (_, end) => word.slice(0, end)).some((part) => known.has(part)),
  );
  expect(begun).toEqual([]);
});
