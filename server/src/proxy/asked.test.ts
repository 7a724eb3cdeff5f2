import { expect, test } from 'vitest';
import { toAsked } from './asked.ts';

test('one call is named as it is; several in their order, each once with how often', () => {
  expect(toAsked(['create_issue'])).toBe('create_issue');
  expect(toAsked(['b', 'a', 'b'])).toBe('b ×2, a');
});

test('what is too long or holds what no screen shows is told from what looks like it', () => {
  const long = `GET /${'a'.repeat(5000)}`;
  expect(toAsked([long])).toMatch(/^GET \/a+ … \([0-9a-f]{12}\)$/);
  expect(toAsked([`${long}b`])).not.toBe(toAsked([`${long}c`]));
  expect(toAsked(['a\u202eb'])).not.toBe(toAsked(['ab']));
});

test('no call of a batch hides behind the length of another, or behind what no screen shows', () => {
  for (const filler of ['a', '\u200b', '\u034f', '\u2028']) {
    const asked = toAsked([`list${filler.repeat(5000)}`, 'delete_all']);
    expect(asked).toMatch(/^lista* … \([0-9a-f]{12}\), delete_all$/);
  }
  expect(toAsked([`a${'\u0301'.repeat(500)}`])).toMatch(/^a\u0301{3} … \([0-9a-f]{12}\)$/);
  expect(toAsked(['a\u0301'])).toBe('a\u0301');
  const many = Array.from({ length: 100 }, (_, n) => `tool_${n}_${'x'.repeat(1000)}`);
  const asked = toAsked(many);
  for (const name of many) expect(asked).toContain(name.slice(0, 40));
  expect(asked.length).toBeLessThan(8000);
});

test('one call does not read as several, nor several as one', () => {
  expect(toAsked(['a, b'])).not.toBe(toAsked(['a', 'b']));
  expect(toAsked(['a ×2'])).not.toBe(toAsked(['a', 'a']));
});
