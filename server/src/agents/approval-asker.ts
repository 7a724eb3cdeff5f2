// Who asks for the owner's word, as far as it makes a difference: what is written down of them, how their requests are
// found, and how they are kept in order.

import type { ApprovalAsker } from '@keytrail/shared/approval';
import { and, eq, type SQL } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Transaction } from '../base/db.ts';
import { approvals, proxyKeys } from '../base/schema.ts';
import { lockAgent } from './agents.ts';
import type { ApprovalRow } from './approval-store.ts';
import { lockProxy } from './proxies.ts';

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

/** Lets requests of one asker happen one after the other. */
export async function lockAsker(tx: Transaction, asker: Asker): Promise<void> {
  if (asker.kind === 'agent') return lockAgent(tx, asker.by.accountId, asker.by.agentId);
  await lockProxy(tx, asker.by.accountId, asker.by.proxy.id);
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
