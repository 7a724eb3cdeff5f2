import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from '../search.ts';
import { activityOf } from './activity-search.ts';
import { parseAuditSearch, toFilter } from './audit-search.ts';

const id = '0197f3a0-0000-7000-8000-000000000001';
const other = '0197f3a0-0000-7000-8000-000000000002';

test.each([
  ['an agent', activityOf.agent(id), { agentIds: [id] }],
  ['what an agent was refused', activityOf.denials(id), { agentIds: [id], outcomes: ['denied'] }],
  ['a credential', activityOf.credential(id), { credentialIds: [id] }],
  ['a grant', activityOf.grant({ agentId: id, credentialId: other }), { agentIds: [id], credentialIds: [other] }],
  ['a proxy', activityOf.proxy(id), { proxyIds: [id] }],
  ['a policy', activityOf.policy(id), { policyIds: [id] }],
])('“View activity” of %s opens the log with that filter', (_name, search, filter) => {
  expect(toFilter(parseAuditSearch(parseSearch(stringifySearch(search))), 0)).toEqual(filter);
});
