import type { PolicyTarget } from '@keytrail/shared/policy';
import { expect, test } from 'vitest';
import { type TargetKey, toChanges } from './attach-changes.ts';

const agent = (id: string): PolicyTarget => ({ kind: 'agent', id });
const credential: PolicyTarget = { kind: 'credential', id: 'a' };

test.each<[PolicyTarget[], TargetKey[], PolicyTarget[], PolicyTarget[]]>([
  [[], [], [], []],
  [[], ['agent a'], [agent('a')], []],
  [[agent('a')], ['agent a', 'credential a'], [credential], []],
  [[agent('a'), agent('b')], ['agent b'], [], [agent('a')]],
  [[credential], ['agent a'], [agent('a')], [credential]],
])('attached to %j, ticked %j', (attached, ticked, attach, detach) => {
  expect(toChanges(attached, [agent('a'), agent('b'), credential], new Set(ticked))).toEqual({ attach, detach });
});

test('what is attached and in no list is detached only when its tick is taken', () => {
  const proxy: PolicyTarget = { kind: 'proxy', id: 'p' };
  expect(toChanges([proxy], [], new Set<TargetKey>(['proxy p']))).toEqual({ attach: [], detach: [] });
  expect(toChanges([proxy], [], new Set())).toEqual({ attach: [], detach: [proxy] });
});
