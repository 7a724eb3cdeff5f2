import { expect, test } from 'vitest';
import { lists, toStaleLists } from './stale-lists.ts';

test('a change may be of any list, a use touches what says when it was used, and each is named once', () => {
  expect(toStaleLists([{ type: 'vault_change' }])).toEqual([...lists]);
  expect(toStaleLists([{ type: 'secret_access' }, { type: 'secret_access' }])).toEqual(['credentials']);
  expect(toStaleLists([{ type: 'policy_denied' }, { type: 'agent_access' }])).toEqual([
    'credentials',
    'agents',
    'proxies',
    'grants',
  ]);
  expect(toStaleLists([])).toEqual([]);
});
