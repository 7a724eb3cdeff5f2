// A log of mixed events for tests of lists: agents, denials, reveals and refreshes in a fixed disorder.

import type { EventDraft } from '@keytrail/shared/event';

const agents = ['deploy-bot', 'claude-code', 'nightly-report', 'codex'] as const;
const services = ['github', 'aws-prod', 'stripe', 'example-shop', 'openai'] as const;
const clients = ['nodejs', 'cli', 'mcp_python', 'browser'] as const;

/** The nth event; no two neighbours are alike. */
export function makeDraft(n: number): EventDraft {
  const spread = (n * 7919) % 1009;
  const title = agents[n % agents.length] ?? 'deploy-bot';
  const agentId = `01980000-0000-7000-9000-00000000000${n % agents.length}`;
  const shared = {
    service: services[spread % services.length],
    client: clients[spread % clients.length],
    clientIp: `198.51.100.${spread % 250}`,
    userAgent: 'node',
  };
  const byAgent = { ...shared, source: 'agent', title, agentId, agentName: title } as const;
  if (spread % 11 === 0) {
    return { ...byAgent, type: 'policy_denied', action: 'fetch', outcome: 'denied', rule: 'grant_missing' };
  }
  if (spread % 7 === 0) {
    return {
      ...shared,
      type: 'secret_access',
      action: 'reveal',
      source: 'direct',
      outcome: 'ok',
      title: 'Direct Access',
    };
  }
  return {
    ...byAgent,
    type: 'agent_access',
    action: 'fetch',
    outcome: 'ok',
    credentialLabel: 'main',
    fields: ['value'],
    ...(spread % 5 === 0 ? { reason: `task ${n}` } : {}),
  };
}
