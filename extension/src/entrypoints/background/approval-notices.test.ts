import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { expect, test } from 'vitest';
import { toAccessRequestNotices, toApprovalNotices } from './approval-notices.ts';

const approval: ApprovalSummary = {
  id: 'a1',
  status: 'waiting',
  asker: { kind: 'agent', id: 'b1', name: 'deploy-bot' },
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

test('a call through a proxy is told with what is called, where it goes, and what is injected', () => {
  const asker = { kind: 'proxy', id: 'p1', name: 'github', keyHint: '5f2c', upstreamHost: 'api.example.com' } as const;
  const call = { ...asker, tool: 'create_issue' };
  expect(tell({ asker: call, reason: null })).toEqual([
    {
      id: 'a1',
      title: 'github proxy wants to call',
      message: 'create_issue\nTo api.example.com\nDeploys: token, username',
      context: 'editor 1.2, from 203.0.113.7',
      buttons: ['Approve once', 'Deny'],
      isUrgent: true,
    },
  ]);
  const plain = { asker: call, reason: null, credentialId: null, credentialLabel: null, service: null, fields: [] };
  expect(tell(plain)[0]?.message).toBe('create_issue\nTo api.example.com');
});

test('what is too long to be read in a notification is not approved there', () => {
  const asker = { kind: 'proxy', id: 'p1', name: 'github', keyHint: '5f2c', upstreamHost: 'api.example.com' } as const;
  const [notice] = tell({ asker: { ...asker, tool: `GET /${'a'.repeat(200)}` } });
  expect(notice).not.toHaveProperty('buttons');
});

test('nothing is told of what was answered, nor while the vault is locked', () => {
  expect(tell({ status: 'denied' })).toEqual([]);
  expect(tell({}, '2026-07-01T10:01:00.000Z')).toEqual([]);
});

test('a request for a grant is told by its service and reason; it is answered on its card or refused at once', () => {
  const request: AccessRequestSummary = {
    ...approval,
    status: 'waiting',
    agentId: 'b1',
    agentName: 'deploy-bot',
    service: 'github',
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
