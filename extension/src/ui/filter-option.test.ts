import { expect, test } from 'vitest';
import { toChosenWords } from './filter-option.tsx';

const options = [
  { value: 'a', label: 'main', detail: 'github' },
  { value: 'b', label: 'main', detail: 'stripe' },
  { value: 'c', label: 'spare', detail: 'stripe' },
];

test('a chip names what was chosen, and tells values of one label apart', () => {
  expect(toChosenWords(options, ['c'])).toBe('spare');
  expect(toChosenWords(options, ['b', 'c'])).toBe('main (stripe), spare');
  expect(toChosenWords(options, ['a', 'b', 'c'])).toContain('main (github)');
  expect(toChosenWords(options, ['gone'])).toBe('gone');
});
