// The header by which a call that has come round is told from any other.

import { expect, test } from 'vitest';
import { hasComeRound, toLoopHeader } from './loop.ts';

test('a node adds itself behind those before it', () => {
  expect(toLoopHeader({}, 'keytrail-a')).toEqual({ 'cdn-loop': 'keytrail-a' });
  expect(toLoopHeader({ 'cdn-loop': 'edge; v=1, other' }, 'keytrail-a')).toEqual({
    'cdn-loop': 'edge; v=1, other, keytrail-a',
  });
});

test.each([
  ['keytrail-a', true],
  ['edge; v=1, keytrail-a', true],
  ['keytrail-a ; v="1"', true],
  ['keytrail-ab', false],
  ['edge; by=keytrail-a', false],
  ['', false],
])('%j has come round: %s', (value, round) => {
  expect(hasComeRound({ 'cdn-loop': value }, 'keytrail-a')).toBe(round);
});

test('a request that says nothing has not', () => {
  expect(hasComeRound({}, 'keytrail-a')).toBe(false);
});
