// An approval for unit tests: made whole, changed where a test says so.

import type { ApprovalSummary } from '@keytrail/shared/approval';

export function makeApproval(changes: Partial<ApprovalSummary> = {}): ApprovalSummary {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    status: 'waiting',
    asker: { kind: 'agent', id: '01900000-0000-7000-8000-000000000002', name: 'deploy-bot' },
    credentialId: '01900000-0000-7000-8000-000000000003',
    credentialLabel: 'main',
    service: 'github',
    fields: ['value'],
    reason: 'nightly deploy',
    client: 'nodejs',
    clientName: null,
    clientIp: '10.0.4.7',
    userAgent: 'node',
    policies: [{ id: '01900000-0000-7000-8000-000000000004', name: 'Ask me first' }],
    correlationId: '01900000-0000-7000-8000-000000000005',
    requestedAt: '2026-03-10T12:00:00.000Z',
    expiresAt: '2026-03-10T12:01:00.000Z',
    rememberMinutes: 15,
    answeredAt: null,
    answeredFrom: null,
    note: null,
    holdsUntil: null,
    ...changes,
  };
}
