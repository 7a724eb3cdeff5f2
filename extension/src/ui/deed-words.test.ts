import { expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { toAnswerOfFold, toDeedWords, toRowDeed } from './deed-words.ts';

const through = { title: 'GitHub proxy', source: 'mcp_proxy', proxyId: crypto.randomUUID() } as const;
const call = { ...through, action: 'inject', tool: 'search_issues' } as const;
const answer = { ...call, action: 'result', upstreamStatus: 200 } as const;
const row = { kind: 'event', key: 1 } as const;

test.each([
  ['a call', call, 'called search_issues'],
  ['a call that did not go out', { ...call, outcome: 'failed' }, 'call of search_issues'],
  ['a call that was refused', { ...call, type: 'policy_denied', outcome: 'denied' }, 'call of search_issues'],
  ['a call of nothing in particular', { ...call, tool: undefined }, 'called'],
  ['an answer', answer, 'search_issues answered 200'],
  ['an answer that broke off', { ...answer, outcome: 'failed' }, 'search_issues answered 200'],
  ['an answer without a status', { ...answer, upstreamStatus: undefined }, 'search_issues answered'],
  ['no answer', { ...answer, upstreamStatus: undefined, outcome: 'failed' }, 'search_issues failed'],
  ['a ticket', { action: 'ticket' }, 'ticket issued'],
  ['a delivery', { action: 'deliver' }, 'delivered'],
  ['a delivery that the webhook refused', { action: 'deliver', outcome: 'failed' }, 'failed'],
  ['a copy', { type: 'secret_access', action: 'copy' }, 'copied'],
  ['a failed copy', { type: 'secret_access', action: 'copy', outcome: 'failed' }, 'failed'],
  ['a fetch of an agent', {}, null],
  ['a change', { type: 'vault_change', action: 'create' }, null],
] as const)('%s is told as what it was', (_name, members, words) => {
  expect(toDeedWords(makeEvent(1, members))).toBe(words);
});

test('one row for calls and their answers names what was called; opened, each says what it is', () => {
  const fold = [makeEvent(2, answer), makeEvent(1, call)] as const;
  expect(toRowDeed({ ...row, event: fold[0], fold: [...fold], place: 'folded' })).toBe('called search_issues');
  expect(toRowDeed({ ...row, event: fold[0], fold: [...fold], place: 'first' })).toBe('search_issues answered 200');
  expect(toRowDeed({ ...row, event: fold[1], fold: [...fold], place: 'last' })).toBe('called search_issues');
});

test('one row for several answers says a status only where all of them had it', () => {
  const alike = [makeEvent(2, answer), makeEvent(1, answer)] as const;
  const other = [makeEvent(2, answer), makeEvent(1, { ...answer, upstreamStatus: 404 })] as const;
  expect(toRowDeed({ ...row, event: alike[0], fold: alike, place: 'folded' })).toBe('search_issues answered 200');
  expect(toRowDeed({ ...row, event: other[0], fold: other, place: 'folded' })).toBe('search_issues answered');
});

test('a single call with its answer says the answer, where others say how often', () => {
  const pair = [makeEvent(2, answer), makeEvent(1, call)] as const;
  expect(toAnswerOfFold(pair)).toBe('answered 200');
  expect(toAnswerOfFold([makeEvent(3, call), ...pair])).toBeNull();
  expect(toAnswerOfFold([pair[1]])).toBeNull();
});
