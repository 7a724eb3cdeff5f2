// A request for a grant for unit tests: made whole, changed where a test says so.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';

export function makeAccessRequest(changes: Partial<AccessRequestSummary> = {}): AccessRequestSummary {
  return {
    id: '01900000-0000-7000-8000-000000000011',
    status: 'waiting',
    agentId: '01900000-0000-7000-8000-000000000002',
    agentName: 'deploy-bot',
    service: 'github',
    label: null,
    fields: null,
    reason: 'nightly deploy',
    duration: null,
    client: 'nodejs',
    clientName: null,
    clientIp: '10.0.4.7',
    userAgent: 'node',
    correlationId: '01900000-0000-7000-8000-000000000015',
    requestedAt: '2026-03-10T12:00:00.000Z',
    expiresAt: '2026-03-11T12:00:00.000Z',
    answeredAt: null,
    answeredFrom: null,
    note: null,
    grantId: null,
    grantedDuration: null,
    ...changes,
  };
}
