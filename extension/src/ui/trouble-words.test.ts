import { expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { toRowTrouble, toTroubleWords } from './trouble-words.ts';

test.each([
  ['what succeeded has none', { note: 'all of 2026' }, null],
  ['a failure', { outcome: 'failed' }, 'Failed'],
  ['a failure with its reason', { outcome: 'failed', note: 'The caller left' }, 'Failed: The caller left'],
  [
    'a failed refresh is told by its kind',
    { type: 'token_refresh', outcome: 'failed', errorClass: 'timeout', note: 'no answer' },
    'The provider took too long to answer',
  ],
  [
    'a refusal is told by its rule',
    { type: 'policy_denied', outcome: 'denied', rule: 'grant_expired', note: 'a note' },
    'The grant has expired',
  ],
] as const)('%s', (_name, members, words) => {
  expect(toTroubleWords(makeEvent(1, members))).toBe(words);
});

test('one row for several failures gives a reason only where all of them had it', () => {
  const left = makeEvent(2, { outcome: 'failed', note: 'The caller left' });
  const broke = makeEvent(1, { outcome: 'failed', note: 'The upstream broke off' });
  const row = { kind: 'event', key: 1, event: left, fold: [left, broke] } as const;
  expect(toRowTrouble({ ...row, place: 'folded' })).toBe('Failed');
  expect(toRowTrouble({ ...row, place: 'first' })).toBe('Failed: The caller left');
  expect(toRowTrouble({ ...row, fold: [left, left], place: 'folded' })).toBe('Failed: The caller left');
});
