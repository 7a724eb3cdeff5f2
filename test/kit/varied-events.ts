// Events in which every member that filters look at takes several values, written into a server that runs.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import { seedEvents } from './seed-events.ts';

/** A fixed id for the nth thing of a test. */
export const toId = (n: number) => `019aa000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The nth event: an agent's, or every third time the owner's own. */
export function toVariedEvent(n: number): EventDraft {
  const direct = n % 3 === 0;
  const denied = n % 5 === 0;
  const agent = n % 4;
  return {
    type: denied ? 'policy_denied' : direct ? 'secret_access' : 'agent_access',
    action: direct ? 'reveal' : 'fetch',
    source: direct ? 'direct' : n % 7 === 0 ? 'mcp_proxy' : 'agent',
    outcome: denied ? 'denied' : n % 8 === 1 ? 'failed' : 'ok',
    title: direct ? 'Direct Access' : `bot-${agent}`,
    service: ['github', 'openai', 'aws-prod', 'stripe', 'slack'][n % 5],
    credentialId: toId(n % 6),
    credentialLabel: `label ${n % 6}`,
    ...(direct
      ? { siteOrigin: 'https://shop.example.com', client: 'browser', clientIp: '2001:db8::7' }
      : { agentId: toId(50 + agent), agentName: `bot-${agent}`, client: 'nodejs', clientIp: `10.0.${n % 4}.${n % 9}` }),
    ...(n % 7 === 0 && !direct ? { proxyId: toId(90), proxyName: 'GitHub proxy' } : {}),
    ...(denied ? { rule: n % 2 === 0 ? 'grant_missing' : 'grant_expired' } : {}),
    ...(n % 4 === 1 ? { reason: `Opens ISSUE ${n}` } : {}),
    ...(n % 2 === 0 ? { policyIds: [toId(70)] } : {}),
  };
}

/** Appends `count` of them to an account of a server with its own Postgres. */
export async function appendVariedEvents(dataDir: string, accountId: string, count: number): Promise<void> {
  const { connection } = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  await seedEvents(connection, accountId, count, toVariedEvent);
}
