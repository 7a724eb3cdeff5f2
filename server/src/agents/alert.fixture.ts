// Events for the tests of alerts: an agent's use, a call through a proxy, a denial, a refresh, some seconds after a fixed
// instant.

import type { AuditEvent } from '@keytrail/shared/event';

export const startMs = Date.UTC(2026, 2, 10, 12);
export const botId = '01980000-0000-7000-9000-000000000001';
export const proxyId = '01980000-0000-7000-b000-000000000001';
export const credentialId = '01980000-0000-7000-8000-000000000001';

let seq = 0;

function makeEvent(atSeconds: number, members: Partial<AuditEvent>): AuditEvent {
  const at = new Date(startMs + atSeconds * 1000).toISOString();
  return {
    seq: seq++,
    id: `01980000-0000-7000-a000-${String(seq).padStart(12, '0')}`,
    recordedAt: at.replace('Z', '000Z'),
    occurredAt: at,
    type: 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: 'ok',
    title: 'deploy-bot',
    service: 'github',
    credentialId,
    credentialLabel: 'main',
    clientIp: '203.0.113.7',
    client: 'cli',
    ...members,
  };
}

const bot = { agentId: botId, agentName: 'deploy-bot' } as const;
const direct = { source: 'direct', title: 'Direct Access', client: 'browser' } as const;

export function makeUse(atSeconds: number, members: Partial<AuditEvent> = {}): AuditEvent {
  return makeEvent(atSeconds, { ...bot, ...members });
}

export function makeOwnUse(atSeconds: number, members: Partial<AuditEvent> = {}): AuditEvent {
  return makeEvent(atSeconds, { ...direct, type: 'secret_access', action: 'reveal', ...members });
}

export function makeCall(atSeconds: number, members: Partial<AuditEvent> = {}): AuditEvent {
  return makeEvent(atSeconds, {
    action: 'inject',
    source: 'mcp_proxy',
    title: 'issues',
    proxyId,
    proxyName: 'issues',
    keyId: '01980000-0000-7000-b000-000000000002',
    tool: 'create_issue',
    upstreamHost: 'mcp.example.com',
    client: 'mcp_python',
    ...members,
  });
}

export function makeDenial(atSeconds: number, members: Partial<AuditEvent> = {}): AuditEvent {
  return makeEvent(atSeconds, {
    ...bot,
    type: 'policy_denied',
    outcome: 'denied',
    rule: 'grant_missing',
    ...members,
  });
}

export function makeRefresh(atSeconds: number, members: Partial<AuditEvent> = {}): AuditEvent {
  return makeEvent(atSeconds, { type: 'token_refresh', source: 'system', title: 'Token refresh', ...members });
}
