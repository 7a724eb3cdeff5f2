// Who asks for the owner's word, as far as it makes a difference: what is written down of them, how their requests are
// found, and how they are kept in order.

import type { ApprovalAsker } from '@keytrail/shared/approval';
import { and, eq, gt, isNull, or, type SQL } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { agentKeys, agents, approvals, credentials, grants, proxies, proxyKeys } from '../base/schema.ts';
import type { ApprovalRow } from './approval-store.ts';

export type Asker =
  | {
      readonly kind: 'agent';
      readonly by: AgentPrincipal;
      readonly grantId: string;
      /** What the agent says it needs it for. */
      readonly reason: string | null;
    }
  | {
      readonly kind: 'proxy';
      readonly by: ProxyPrincipal & { readonly keyId: string };
      /** What is called. */
      readonly tool: string;
      readonly upstreamHost: string;
    };

type AskerColumns = Pick<
  ApprovalRow,
  'agentId' | 'agentName' | 'grantId' | 'reason' | 'proxyId' | 'proxyName' | 'keyHint' | 'tool' | 'upstreamHost'
>;

const noAgent = { agentId: null, agentName: null, grantId: null, reason: null };
const noProxy = { proxyId: null, proxyName: null, keyHint: null, tool: null, upstreamHost: null };

export function toAskerId(asker: Asker): string {
  return asker.kind === 'agent' ? asker.by.agentId : asker.by.proxy.id;
}

/** The requests of an agent, or those through a proxy. */
export function isOfAsker(asker: Asker): SQL | undefined {
  const { accountId } = asker.by;
  const column = asker.kind === 'agent' ? approvals.agentId : approvals.proxyId;
  return and(eq(approvals.accountId, accountId), eq(column, toAskerId(asker)));
}

type AskerOf<Kind> = Extract<Asker, { kind: Kind }>;

/**
 * Lets requests of one asker happen one after the other, and before whatever ends them (`endApprovals`). False where that
 * came first: then what is asked for was decided by what no longer stands.
 * @param credentialId null where nothing is injected.
 */
export function lockAsker(
  tx: Transaction,
  ctx: Pick<Context, 'nowMs'>,
  asker: Asker,
  credentialId: string | null,
): Promise<boolean> {
  const now = new Date(ctx.nowMs());
  return asker.kind === 'agent' ? lockAgentAsking(tx, now, asker) : lockProxyAsking(tx, now, asker, credentialId);
}

async function lockAgentAsking(tx: Transaction, now: Date, { by, grantId }: AskerOf<'agent'>): Promise<boolean> {
  const { accountId, agentId, keyId } = by;
  const [agent] = await tx
    .select({ status: agents.status })
    .from(agents)
    .where(and(eq(agents.accountId, accountId), eq(agents.id, agentId)))
    .for('update');
  if (agent?.status !== 'active') return false;
  const isEndless = or(isNull(agentKeys.revokedAt), gt(agentKeys.revokedAt, now));
  const keys = await tx
    .select({ id: agentKeys.id })
    .from(agentKeys)
    .where(and(eq(agentKeys.accountId, accountId), eq(agentKeys.id, keyId), isEndless))
    .for('share');
  const standing = await tx
    .select({ id: grants.id })
    .from(grants)
    .where(and(eq(grants.accountId, accountId), eq(grants.id, grantId), isNull(grants.revokedAt)))
    .for('share');
  return keys.length > 0 && standing.length > 0;
}

async function lockProxyAsking(
  tx: Transaction,
  now: Date,
  { by: { accountId, keyId, proxy } }: AskerOf<'proxy'>,
  credentialId: string | null,
): Promise<boolean> {
  const [locked] = await tx
    .select({ version: proxies.version })
    .from(proxies)
    .where(and(eq(proxies.accountId, accountId), eq(proxies.id, proxy.id)))
    .for('update');
  // Whatever was changed of it: switched off, or led elsewhere.
  if (locked?.version !== proxy.version) return false;
  // Not locked: who ends a key has locked the proxy.
  const isEndless = or(isNull(proxyKeys.revokedAt), gt(proxyKeys.revokedAt, now));
  const keys = await tx
    .select({ id: proxyKeys.id })
    .from(proxyKeys)
    .where(and(eq(proxyKeys.accountId, accountId), eq(proxyKeys.id, keyId), isEndless));
  if (keys.length === 0 || credentialId === null) return keys.length > 0;
  const kept = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), eq(credentials.id, credentialId)))
    .for('key share');
  return kept.length > 0;
}

/** Whether a row asks for the very same, and not only for something that an answer may cover as well. */
export function isSameAsked(row: ApprovalRow, asker: Asker): boolean {
  return asker.kind === 'agent' ? row.reason === asker.reason : row.tool === asker.tool;
}

/** What a request says of who asks. */
export async function toAskerColumns(tx: Transaction, asker: Asker): Promise<AskerColumns> {
  if (asker.kind === 'agent') {
    const { by, grantId, reason } = asker;
    return { ...noProxy, agentId: by.agentId, agentName: by.agentName, grantId, reason };
  }
  const { by, tool, upstreamHost } = asker;
  const isKey = and(eq(proxyKeys.accountId, by.accountId), eq(proxyKeys.id, by.keyId));
  const [key] = await tx.select({ hint: proxyKeys.hint }).from(proxyKeys).where(isKey);
  if (key === undefined) throw new Error('a key that was just loaded has its row');
  const { id, name } = by.proxy;
  return { ...noAgent, proxyId: id, proxyName: name, keyHint: key.hint, tool, upstreamHost };
}

/** Who asked, as every device is shown them. */
export function toShownAsker(row: AskerColumns): ApprovalAsker {
  const { agentId, agentName, proxyId, proxyName, keyHint, tool, upstreamHost } = row;
  if (agentId !== null && agentName !== null) return { kind: 'agent', id: agentId, name: agentName };
  if (proxyId === null || proxyName === null || keyHint === null || tool === null || upstreamHost === null) {
    throw new Error('the table lets nobody else ask');
  }
  return { kind: 'proxy', id: proxyId, name: proxyName, keyHint, tool, upstreamHost };
}
