// The one door to secrets: load, decide, open, append, return. Nothing leaves before its event is durable; a
// refusal is a recorded value, not an error. Only what an MCP proxy needs for the protocol's own messages, its handshake and
// its streams, is released without an event: they are no use. A revocation holds for what is loaded after it was answered: a request
// that was decided a moment before may still be served, and its event says so. What the owner's webhook holds leaves as a ticket for it,
// recorded in the same way.

import { decide } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventAction } from '@keytrail/shared/event';
import type { TicketRedirect } from '@keytrail/shared/webhook-protocol';
import type { ApprovalAsk } from '../agents/approval-requests.ts';
import { type ApprovalOutcome, awaitApproval } from '../agents/approvals.ts';
import { selectAttached, toBinding } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { AgentCaller, AgentPrincipal, OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { type AgentCall, findRecentAgentCall, loadAgentCall } from './agent-call.ts';
import { recordApprovedUse } from './approved-use.ts';
import { type CredentialRow, getCredential } from './credentials.ts';
import { type Denial, type Denied, deny, toDenial } from './denial.ts';
import { toFacts, toOwnerFacts } from './facts.ts';
import { type Renewed, renew, type Stale, withFreshToken } from './fresh-token.ts';
import {
  type AgentRequest,
  type Draft,
  type Judged,
  judgeCall,
  type Tie,
  toCredentialFacts,
  toJudged,
} from './judge-call.ts';
import { type Opened, openForUse, openReady } from './opening.ts';
import { judgeProxyCall, type ProxyCall, toJudgedProxyCall, toTokenField } from './proxy-call.ts';
import { type LoadedProxy, reloadProxy } from './proxy-load.ts';
import type { AsOf } from './recent-loads.ts';
import { isRefreshable } from './refresh-due.ts';
import { chooseForOwner } from './release.ts';
import { isTouchDue, touchProxy, touchUse } from './touch.ts';
import { type Recorded, recordUse, recordUseAsOf } from './use-event.ts';
import type { WebhookLink } from './webhook-rows.ts';
import { toTicketRedirect } from './webhook-ticket.ts';

export type AccessOutcome =
  | {
      readonly outcome: 'ok';
      readonly credential: Pick<CredentialRow, 'service' | 'label' | 'kind'>;
      readonly values: Record<string, string>;
      /** Where the values are to be had instead: the owner's webhook holds them. */
      readonly redirect: TicketRedirect | null;
      readonly event: AuditEvent;
    }
  | Denied;

export interface OwnerUse {
  readonly id: string;
  readonly action: Extract<EventAction, 'reveal' | 'copy' | 'autofill'>;
  readonly fields?: readonly string[] | undefined;
  /** The page's origin as the browser told our worker; required for a fill. */
  readonly siteOrigin?: string | undefined;
  readonly frameOrigin?: string | undefined;
}

/** The owner reads, copies or fills one of their credentials: a Direct event. Policies of the credential bind them, too. */
export function useOwnCredential(ctx: Context, owner: OwnerPrincipal, use: OwnerUse): Promise<AccessOutcome> {
  return withFreshToken(ctx, (renewed) => attemptOwnUse(ctx, owner, use, renewed));
}

async function attemptOwnUse(
  ctx: Context,
  owner: OwnerPrincipal,
  use: OwnerUse,
  renewed: Renewed | null,
): Promise<AccessOutcome | Stale> {
  const { accountId } = owner;
  const [row, attached, vaultLocked] = await withAccount(ctx.db, accountId, (tx) =>
    Promise.all([
      getCredential(tx, accountId, use.id),
      selectAttached(tx, accountId, isOf({ kind: 'credential', id: use.id })),
      isVaultLocked(tx, accountId),
    ]),
  );
  const draft: Draft = {
    action: use.action,
    source: 'direct',
    title: 'Direct Access',
    ...owner.requester,
    ...(use.siteOrigin === undefined ? {} : { siteOrigin: use.siteOrigin }),
    ...(use.frameOrigin === undefined ? {} : { frameOrigin: use.frameOrigin }),
    ...toCredentialFacts(row),
  };
  const fields = chooseForOwner(row, use.fields);
  const fillOrigin = use.action === 'autofill' ? (use.siteOrigin ?? 'null') : null;
  const bounds = { vaultLocked, policies: toBinding(attached, [row.id]) };
  const decision = decide(toFacts(ctx.nowMs(), row, fields, bounds, toOwnerFacts(owner, fillOrigin)));
  return decision.allowed
    ? release(ctx, { outcome: 'allowed', row, fields, decision, draft }, null, renewed)
    : deny(ctx, accountId, draft, decision);
}

/** How long an agent will wait where the owner has to be asked. */
export interface Patience {
  /** Absent: for as long as the owner has to answer. */
  readonly waitMs?: number | undefined;
  /** Aborts when the agent has gone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An agent fetches a credential by service: an Agent event, or a denial that names its rule. Throws `approval_pending` where
 * the owner has not answered within the agent's patience.
 */
export async function fetchForAgent(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: AgentRequest,
  patience: Patience = {},
): Promise<AccessOutcome> {
  const endsMs = ctx.nowMs() + (patience.waitMs ?? Number.POSITIVE_INFINITY);
  return withFreshToken(ctx, async (renewed) => {
    const recent = renewed === null ? await attemptRecent(ctx, by, request) : null;
    if (recent !== null) return recent;
    const call = await getAgentCall(ctx, by, request);
    const access = await attempt(ctx, call, request, { endsMs, signal: patience.signal, renewed });
    if (access.outcome === 'denied') touchUse(ctx, call.agent.accountId, null, call.agent);
    return access;
  });
}

/** By what an earlier request like it was decided by, if nothing has changed since; null where it is to be decided anew. */
async function attemptRecent(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: AgentRequest,
): Promise<AccessOutcome | null> {
  const call = findRecentAgentCall(ctx, by, request);
  if (call === null) return null;
  const { agent, settingsVersion } = call;
  const judged = toJudged(ctx.nowMs(), call, request);
  if (judged.outcome !== 'allowed' || judged.decision.approval !== null) return null;
  if (isTouchDue(ctx, [judged.row.lastUsedAt, agent.lastUsedAt, agent.keyLastUsedAt])) return null;
  const opened = await openReady(ctx, judged);
  if (opened === null) return null;
  const { row, decision } = judged;
  const recorded = await recordUseAsOf(ctx, row.accountId, opened.draft, decision, settingsVersion);
  return recorded.outcome === 'outdated' ? null : settle(ctx, judged, opened, agent, recorded);
}

async function getAgentCall(ctx: Context, by: AgentCaller | AgentPrincipal, request: AgentRequest): Promise<AgentCall> {
  const call = await loadAgentCall(ctx, by, request);
  if (call === null) throw new AppError('unauthorized', { message: 'no valid agent key' });
  return call;
}

async function attempt(
  ctx: Context,
  call: AgentCall,
  request: AgentRequest,
  { endsMs, signal, renewed }: { endsMs: number; signal: AbortSignal | undefined; renewed: Renewed | null },
): Promise<AccessOutcome | Stale> {
  const { agent } = call;
  let judged = await judgeCall(ctx, call, request, null);
  for (;;) {
    if (judged.outcome === 'denied') return judged;
    const { need, ask } = toAsk(agent, judged, request);
    if (need === null) return release(ctx, judged, agent, renewed);
    const answer = await awaitApproval(ctx, { need, ...ask }, endsMs - ctx.nowMs(), signal);
    if (answer.outcome !== 'approved') return toRefused(ctx, judged, answer);
    const tie = { approvalId: answer.approvalId, correlationId: answer.correlationId };
    // What was decided before the wait may no longer hold, from the key's standing on.
    judged = await judgeCall(ctx, await getAgentCall(ctx, agent, request), request, tie);
    if (judged.outcome === 'denied') return judged;
    // What the same words mean now may be more than the owner was shown.
    if (!isSame(ask, judged)) continue;
    const access = await releaseApproved(ctx, judged, agent, tie, renewed);
    if (access !== null) return access;
    // Another request of this agent was faster and has spent the answer: the owner is asked again.
  }
}

function isSame(ask: Pick<ApprovalAsk, 'credential' | 'fields'>, { row, fields }: Judged): boolean {
  return ask.credential?.id === row.id && [...ask.fields].sort().join('\n') === [...fields].sort().join('\n');
}

function toAsk(by: AgentPrincipal, { row, fields, decision, draft }: Judged, request: AgentRequest) {
  // A request without a grant was refused before.
  const grantId = draft.grantId ?? '';
  const asker = { kind: 'agent', by, grantId, reason: request.reason ?? null } as const;
  return { need: decision.approval, ask: { asker, credential: row, fields } };
}

/** What an agent gets that the owner did not approve. */
async function toRefused(
  ctx: Context,
  { row, decision, draft }: Judged,
  answer: Exclude<ApprovalOutcome, { outcome: 'approved' }>,
): Promise<Denied> {
  if (answer.outcome === 'waiting') throw new AppError('approval_pending', { message: 'still waiting for the owner' });
  const { because } = answer;
  if (answer.outcome !== 'crowded') {
    return { outcome: 'denied', rule: 'approval', retryAt: null, note: answer.note, because, event: answer.event };
  }
  const [asking] = decision.approval?.policies ?? [];
  const by = { policyId: asking?.id ?? null, policyName: asking?.name ?? null };
  const denial: Denial = { ...by, rule: 'approval', policyIds: decision.policyIds, observed: decision.observed };
  return { ...(await deny(ctx, row.accountId, { ...draft, note: because }, denial)), because };
}

export type ProxyAccess =
  | {
      readonly outcome: 'ok';
      readonly values: Record<string, string>;
      /** The webhook that makes the call in place of this server, since it holds what is injected. */
      readonly webhook: WebhookLink | null;
      /** What `\${TOKEN}` stands for. */
      readonly tokenField: string | null;
      readonly credential: CredentialRow | null;
      readonly fields: readonly string[];
      readonly event: AuditEvent;
    }
  | Denied;

/** A call is about to go out through a proxy: its event is durable before the values that it injects are handed over. */
export function injectForProxy(ctx: Context, loaded: LoadedProxy, call: ProxyCall): Promise<ProxyAccess> {
  return withFreshToken(ctx, async (renewed) =>
    attemptInjection(ctx, await asOfNow(ctx, loaded, renewed), call, renewed),
  );
}

/**
 * The same for a call that the proxy's own lists let through, by what an earlier one was decided by, if nothing has changed
 * since; null where it is to be decided anew, by what is loaded for it. Nothing is recorded then.
 */
export async function injectForRecentProxy(
  ctx: Context,
  loaded: AsOf<LoadedProxy>,
  call: Omit<ProxyCall, 'refusedBy'>,
): Promise<Extract<ProxyAccess, { outcome: 'ok' }> | null> {
  const { by, settingsVersion } = loaded;
  const judged = toJudgedProxyCall(ctx.nowMs(), loaded, { ...call, refusedBy: null });
  if (judged.outcome !== 'allowed') return null;
  const { row, fields, decision, draft } = judged;
  if (isTouchDue(ctx, [by.keyLastUsedAt])) return null;
  const opened = row === null ? toOpenedNothing(draft) : await openReady(ctx, { row, fields, decision, draft });
  if (opened === null) return null;
  const recorded = await recordUseAsOf(ctx, by.accountId, opened.draft, decision, settingsVersion);
  // A limit that is reached is looked at anew as well, and recorded there.
  if (recorded.outcome !== 'recorded') return null;
  const tokenField = row === null ? null : toTokenField(row);
  const { values, webhook } = opened;
  return { outcome: 'ok', values, webhook, tokenField, credential: row, fields, event: recorded.event };
}

function toOpenedNothing(draft: Draft): Opened {
  return { outcome: 'opened', values: {}, webhook: null, draft: { ...draft, type: 'agent_access', outcome: 'ok' } };
}

/** What was decided by before a token was renewed may no longer hold after it. */
async function asOfNow(ctx: Context, loaded: LoadedProxy, renewed: Renewed | null): Promise<LoadedProxy> {
  return renewed === null ? loaded : reloadProxy(ctx, loaded);
}

async function attemptInjection(
  ctx: Context,
  loaded: LoadedProxy,
  call: ProxyCall,
  renewed: Renewed | null,
): Promise<ProxyAccess | Stale> {
  const judged = await judgeProxyCall(ctx, loaded, call);
  if (judged.outcome === 'denied') return judged;
  const { by } = loaded;
  const { row, fields, decision, draft } = judged;
  const opened: Opened | Stale | Denied =
    row === null ? toOpenedNothing(draft) : await openForUse(ctx, { row, fields, decision, draft }, renewed);
  if (opened.outcome !== 'opened') return opened;
  const recorded = await recordUse(ctx, by.accountId, opened.draft, decision);
  if (recorded.outcome === 'refused') {
    return deny(ctx, by.accountId, draft, toDenial(decision, recorded.finding, recorded.observed));
  }
  void touchProxy(ctx, by);
  const tokenField = row === null ? null : toTokenField(row);
  const { values, webhook } = opened;
  return { outcome: 'ok', values, webhook, tokenField, credential: row, fields, event: recorded.event };
}

type Connection = Omit<Extract<ProxyAccess, { outcome: 'ok' }>, 'event'>;

/**
 * The values for what belongs to a protocol and calls nothing, such as its handshake: allowed as a call is, counted and
 * recorded as none. A refusal is recorded.
 */
export function connectForProxy(ctx: Context, loaded: LoadedProxy): Promise<Connection | Denied> {
  return withFreshToken(ctx, async (renewed): Promise<Connection | Denied | Stale> => {
    const judged = await judgeProxyCall(ctx, await asOfNow(ctx, loaded, renewed), null);
    if (judged.outcome === 'denied') return judged;
    const { row, fields } = judged;
    void touchProxy(ctx, loaded.by);
    if (row === null) return { outcome: 'ok', values: {}, webhook: null, tokenField: null, credential: null, fields };
    const opened = await openForUse(ctx, { ...judged, row }, renewed);
    if (opened.outcome !== 'opened') return opened;
    const { values, webhook } = opened;
    return { outcome: 'ok', values, webhook, tokenField: toTokenField(row), credential: row, fields };
  });
}

/** A token that was renewed so shortly ago and is refused all the same is refused for another reason. */
const renewedMs = 60_000;

/**
 * The values once more, after an upstream did not take the token: renewed, and decided anew. Null where there is nothing to
 * renew, or it was to no avail. No use of its own: the call has its event. Throws `reconnect_needed`.
 */
export async function renewForProxy(
  ctx: Context,
  loaded: LoadedProxy,
  correlationId: string | null,
): Promise<Connection | null> {
  const judged = await judgeProxyCall(ctx, loaded, null);
  if (judged.outcome === 'denied' || judged.row === null) return null;
  const { row, fields } = judged;
  const isRecent = ctx.nowMs() - Date.parse(row.refresh?.refreshedAt ?? '') < renewedMs;
  if (isRecent || !fields.includes('accessToken') || !isRefreshable(row, Object.keys(row.sealed))) return null;
  const draft = correlationId === null ? judged.draft : { ...judged.draft, correlationId };
  const { renewal } = await renew(ctx, { outcome: 'stale', row, draft }, 'upstream_401');
  if (renewal.outcome === 'failed' && renewal.error.code === 'reconnect_needed') throw renewal.error;
  if (renewal.outcome !== 'fresh') return null;
  const access = await connectForProxy(ctx, await reloadProxy(ctx, loaded));
  return access.outcome === 'denied' ? null : access;
}

/** Opens what was allowed, and hands it out once its event is durable and everything that counts it had room. */
async function release(
  ctx: Context,
  judged: Judged,
  agent: AgentPrincipal | null,
  renewed: Renewed | null,
): Promise<AccessOutcome | Stale> {
  const opened = await openForUse(ctx, judged, renewed);
  if (opened.outcome !== 'opened') return opened;
  return settle(ctx, judged, opened, agent, await recordUse(ctx, judged.row.accountId, opened.draft, judged.decision));
}

/** The same for what the owner approved, whose answer is spent with it; null where that was spent by another use. */
async function releaseApproved(
  ctx: Context,
  judged: Judged,
  agent: AgentPrincipal,
  tie: Tie,
  renewed: Renewed | null,
): Promise<AccessOutcome | Stale | null> {
  const { row, decision } = judged;
  const opened = await openForUse(ctx, judged, renewed, tie);
  if (opened.outcome !== 'opened') return opened;
  // The policy that asked may be gone by now; then there is nothing to spend.
  const recorded =
    decision.approval === null
      ? await recordUse(ctx, row.accountId, opened.draft, decision)
      : await recordApprovedUse(ctx, row.accountId, tie.approvalId, opened.draft, decision);
  return recorded === null ? null : settle(ctx, judged, opened, agent, recorded);
}

async function settle(
  ctx: Context,
  { row, fields, decision, draft: judged }: Judged,
  { values, webhook, draft }: Opened,
  agent: AgentPrincipal | null,
  recorded: Recorded,
): Promise<AccessOutcome> {
  if (recorded.outcome === 'refused') {
    const { fields: _unreleased, note: _unissued, ...asked } = draft;
    const refused = { ...asked, action: judged.action };
    return deny(ctx, row.accountId, refused, toDenial(decision, recorded.finding, recorded.observed));
  }
  touchUse(ctx, row.accountId, row, agent);
  const { event } = recorded;
  const purpose = agent === null ? 'owner' : 'agent';
  const redirect = webhook === null ? null : toTicketRedirect(ctx, webhook, { row, purpose, fields, event });
  return { outcome: 'ok', credential: row, values, redirect, event };
}
