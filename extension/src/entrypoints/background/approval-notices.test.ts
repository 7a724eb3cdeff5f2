import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { expect, test } from 'vitest';
import { toAccessRequestNotices, toApprovalNotices } from './approval-notices.ts';

const approval: ApprovalSummary = {
  id: 'a1',
  status: 'waiting',
  agentId: 'b1',
  agentName: 'deploy-bot',
  credentialId: 'c1',
  credentialLabel: 'Deploys',
  service: 'github',
  fields: ['token', 'username'],
  reason: 'to tag a release',
  client: 'mcp_python',
  clientName: 'editor 1.2',
  clientIp: '203.0.113.7',
  userAgent: null,
  policies: [],
  correlationId: 'd1',
  requestedAt: '2026-07-01T10:00:00.000Z',
  expiresAt: '2026-07-01T10:02:00.000Z',
  rememberMinutes: 0,
  answeredAt: null,
  answeredFrom: null,
  note: null,
  holdsUntil: null,
};
const tell = (patch: Partial<ApprovalSummary>, lockedAt: string | null = null) =>
  toApprovalNotices({
    approvals: [{ ...approval, ...patch }],
    accessRequests: [],
    alerts: [],
    unseenAlerts: 0,
    lockedAt,
  });

test('a request is told with who asks, what for, and through which client from where', () => {
  expect(tell({})).toEqual([
    {
      id: 'a1',
      title: 'deploy-bot wants github',
      message: 'Deploys: token, username\n“to tag a release”',
      context: 'editor 1.2, from 203.0.113.7',
      buttons: ['Approve once', 'Deny'],
      isUrgent: true,
    },
  ]);
});

test('what is asked for stands before what the agent says, which is cut', () => {
  const message = tell({ reason: 'please '.repeat(60) })[0]?.message ?? '';
  expect(message).toMatch(/^Deploys: token, username\n“please/);
  expect(message.length).toBeLessThan(160);
});

test('a client that gives no name is told by its kind, and an unknown address is left out', () => {
  expect(tell({ clientName: null })[0]?.context).toBe('MCP/Python, from 203.0.113.7');
  expect(tell({ clientName: null, clientIp: null })[0]?.context).toBe('MCP/Python');
});

test('nothing is told of what was answered, nor while the vault is locked', () => {
  expect(tell({ status: 'denied' })).toEqual([]);
  expect(tell({}, '2026-07-01T10:01:00.000Z')).toEqual([]);
});

test('a request for a grant is told by its service and reason; it is answered on its card or refused at once', () => {
  const request: AccessRequestSummary = {
    ...approval,
    status: 'waiting',
    label: null,
    fields: null,
    reason: 'to tag a release',
    duration: '7d',
    grantId: null,
    grantedDuration: null,
  };
  const tellRequest = (patch: Partial<AccessRequestSummary>, lockedAt: string | null = null) =>
    toAccessRequestNotices({
      approvals: [],
      accessRequests: [{ ...request, ...patch }],
      alerts: [],
      unseenAlerts: 0,
      lockedAt,
    });
  expect(tellRequest({})).toEqual([
    {
      id: 'a1',
      title: 'deploy-bot asks for github',
      message: '“to tag a release”',
      context: 'editor 1.2, from 203.0.113.7',
      buttons: ['Answer', 'Deny'],
    },
  ]);
  expect(tellRequest({ status: 'granted' })).toEqual([]);
  expect(tellRequest({}, '2026-07-01T10:01:00.000Z')).toEqual([]);
});
