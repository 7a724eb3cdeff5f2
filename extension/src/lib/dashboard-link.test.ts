import type { EventFilter } from '@keytrail/shared/event';
import { expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { toAuditSearch, toDashboardUrl } from './dashboard-link.ts';

const page = `${browser.runtime.getURL('/')}dashboard.html`;

test('a filter travels as plain, repeated search params', () => {
  const filter: EventFilter = { types: ['policy_denied', 'agent_access'], services: ['a&b'], agentIds: ['x'] };
  expect(toDashboardUrl('/audit', toAuditSearch(filter))).toBe(
    `${page}#/audit?types=policy_denied&types=agent_access&services=a%26b&agents=x`,
  );
});

test('no filter leaves no question mark', () => {
  expect(toDashboardUrl('/audit', toAuditSearch({ types: [] }))).toBe(`${page}#/audit`);
});
