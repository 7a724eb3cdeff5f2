// An agent asks its owner for a grant and waits for the answer. What stands in its own way is told first and recorded; of
// the vault it learns nothing but what it was granted.

import type { AccessRequestInput } from '@keytrail/shared/access-request-schema';
import { askedAdvice } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import type { DenialRule } from '@keytrail/shared/event';
import { toAccessRefusalWords } from '../agents/access-request-events.ts';
import { expireAccessRequest } from '../agents/access-request-expiry.ts';
import { type AccessRequestRow, findAccessRequest } from '../agents/access-request-store.ts';
import { findOrAsk, markTold, type Unasked } from '../agents/access-requests.ts';
import { awaitSettled } from '../agents/await-settled.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import type { Patience } from './asking.ts';
import { type Denied, deny, denyRemoved, toPlainDenial } from './denial.ts';
import { type GrantedSummary, type Held, listHeld, selectHeld } from './granted.ts';
import type { Draft } from './judge-call.ts';
import { verifyStanding } from './standing.ts';

/** MCP clients give a call up after a minute unless told otherwise; those that wait for the owner are to hear of it before. */
export const accessWaitMs = 45_000;
/** Of one agent; more only repeat what is asked already. */
const waitersMax = 5;
const crowded = 'This agent has asked its owner too often, or for too much at once';

export type RequestedAccess =
  | { readonly outcome: 'granted'; readonly granted: GrantedSummary; readonly note: string | null }
  | Omit<Denied, 'event'>;

/**
 * Answers what the agent holds already, takes up what its owner said, or asks and waits. Throws `approval_pending` where
 * the owner has not answered within the agent's patience; the same call goes on waiting.
 */
export async function requestAccess(
  ctx: Context,
  by: AgentPrincipal,
  ask: AccessRequestInput,
  { waitMs = accessWaitMs, signal }: Patience = {},
): Promise<RequestedAccess> {
  const agent = await verifyStanding(ctx, by, 'request', { service: ask.service, reason: ask.reason });
  if (await withAccount(ctx.db, agent.accountId, (tx) => isVaultLocked(tx, agent.accountId))) {
    return refuse(ctx, agent, ask, 'vault_locked');
  }
  const findEnough = (all: readonly Held[]) => all.find(({ granted }) => isEnough(granted, ask));
  const held = findEnough(await listHeld(ctx, agent));
  if (held !== undefined) return { outcome: 'granted', granted: held.granted, note: null };
  const { accountId } = agent;
  const row = await awaitSettled<Watched, Unasked>(ctx, {
    accountId,
    purpose: `access requests ${agent.agentId}`,
    waitersMax,
    waitMs,
    signal,
    find: () => findOrAsk(ctx, agent, ask, async (tx) => findEnough(await selectHeld(tx, ctx, agent)) !== undefined),
    read: async (known) =>
      (await withAccount(ctx.db, accountId, (tx) => findAccessRequest(tx, accountId, known.id))) ?? toRemoved(known),
    expire: ({ id }) => expireAccessRequest(ctx, accountId, id),
  });
  if (row === 'held') return requestAccess(ctx, by, ask, { waitMs, signal });
  if (row === 'crowded') return refuse(ctx, agent, ask, 'approval', crowded);
  if (row === 'removed') return denyRemoved(ctx, accountId, toDraft(agent, ask));
  return toAnswer(ctx, agent, row);
}

/** A request as its agent waits for it; it is removed with its agent. */
type Watched = AccessRequestRow | (Omit<AccessRequestRow, 'status'> & { readonly status: 'removed' });

function toRemoved(known: Watched): Watched {
  return { ...known, status: 'removed' };
}

function isEnough({ service, label, fields }: GrantedSummary, ask: AccessRequestInput): boolean {
  const isNamed = service === ask.service && (ask.label === undefined || label === ask.label);
  return isNamed && (ask.fields ?? []).every((field) => fields.includes(field));
}

async function toAnswer(ctx: Context, agent: AgentPrincipal, row: Watched): Promise<RequestedAccess> {
  if (row.status === 'removed') {
    return denyRemoved(ctx, agent.accountId, { ...toDraft(agent, row), correlationId: row.correlationId });
  }
  if (row.status === 'waiting') throw new AppError('approval_pending', { message: 'still waiting for the owner' });
  if (row.status === 'granted') {
    const held: Held | undefined = (await listHeld(ctx, agent)).find(({ grantId }) => grantId === row.grantId);
    // Revoked between the answer and this look: to ask again is the agent's to decide.
    if (held === undefined) return refuse(ctx, agent, row, 'grant_revoked');
    return { outcome: 'granted', granted: held.granted, note: row.note };
  }
  await markTold(ctx, row);
  const because = toAccessRefusalWords(row);
  const advice = row.status === 'denied' ? { advice: askedAdvice.denied } : {};
  return { outcome: 'denied', rule: 'approval', retryAt: null, note: row.note, because, ...advice };
}

/** A refusal without asking anybody, recorded; a flood of them is counted. */
async function refuse(
  ctx: Context,
  agent: AgentPrincipal,
  asked: Asked,
  rule: DenialRule,
  because?: string,
): Promise<RequestedAccess> {
  const said = because === undefined ? {} : { because, advice: askedAdvice.crowded };
  const draft = { ...toDraft(agent, asked), ...(because === undefined ? {} : { note: because }) };
  return { ...(await deny(ctx, agent.accountId, draft, toPlainDenial(rule))), ...said };
}

type Asked = Pick<AccessRequestInput, 'service' | 'reason'>;

function toDraft({ agentId, agentName, keyId, requester }: AgentPrincipal, { service, reason }: Asked): Draft {
  const who = { source: 'agent', title: agentName, agentId, agentName, keyId, ...requester } as const;
  return { ...who, action: 'request', service, reason };
}
