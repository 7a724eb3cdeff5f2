// The one door to secrets: load, decide, open, append, return. Nothing leaves before its event is durable; a
// refusal is a recorded value, not an error. Two things are released without an event of their own: what an MCP proxy needs
// for the protocol's own messages, its handshake and its streams, which are no use, and a token that was renewed for a call
// that has its event already. A revocation holds for what is loaded after it was answered: a request that was decided a moment
// before may still be served, and its event says so. What the owner's webhook holds leaves as a ticket for it, recorded in the
// same way.

import { decide } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventAction, EventDraft } from '@keytrail/shared/event';
import type { TicketRedirect } from '@keytrail/shared/webhook-protocol';
import type { Asker } from '../agents/approval-asker.ts';
import { selectAttached, toBinding } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { AgentCaller, AgentPrincipal, OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { type AgentCall, findRecentAgentCall, loadAgentCall } from './agent-call.ts';
import { recordApprovedUse } from './approved-use.ts';
import { type Patience, releaseAsking, toWaiting, type Waiting } from './asking.ts';
import { type CredentialRow, getCredential } from './credentials.ts';
import { type Denied, deny, denyRemoved, toDenial } from './denial.ts';
import { findReceiver, toFacts, toOwnerFacts } from './facts.ts';
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
import {
  type JudgedProxyCall,
  judgeProxyCall,
  type ProxyCall,
  type ProxyCallFacts,
  toJudgedProxyCall,
  toProxyAsker,
  toTokenField,
} from './proxy-call.ts';
import { findProxyAnew, type LoadedProxy, reloadProxy } from './proxy-load.ts';
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
      /** When a one-time code among them ends, by this server's clock; null for what lasts. */
      readonly validUntil: string | null;
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
  /** Other sites that the form to be filled sends to, as it says itself; `null` is one that has no address. */
  readonly sendsTo?: readonly string[] | undefined;
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
  const receiver = use.action === 'autofill' ? findReceiver(use, row) : null;
  const bounds = { vaultLocked, policies: toBinding(attached, [row.id]) };
  const decision = decide(toFacts(ctx.nowMs(), row, fields, bounds, toOwnerFacts(owner, receiver)));
  if (decision.allowed) return release(ctx, { outcome: 'allowed', row, fields, decision, draft }, null, renewed);
  const isLeaving = decision.rule === 'origin_mismatch' && receiver !== use.siteOrigin;
  if (!isLeaving) return deny(ctx, accountId, draft, decision);
  const because = `The form sends what is typed into it to ${receiver === 'null' ? 'another site' : receiver}`;
  return { ...(await deny(ctx, accountId, { ...draft, note: because }, decision)), because };
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
  const waiting = toWaiting(ctx, patience);
  return withFreshToken(ctx, async (renewed) => {
    const recent = renewed === null ? await attemptRecent(ctx, by, request) : null;
    if (recent !== null) return recent;
    const call = await getAgentCall(ctx, by, request);
    const access = await attempt(ctx, call, request, waiting, renewed);
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
  waiting: Waiting,
  renewed: Renewed | null,
): Promise<AccessOutcome | Stale> {
  const { agent } = call;
  const judged = await judgeCall(ctx, call, request, null);
  if (judged.outcome === 'denied') return judged;
  const steps = {
    toAsker: ({ draft }: Judged) => toAgentAsker(agent, draft, request),
    judgeAnew: async (tie: Tie | null) => {
      const anew = await loadAgentCall(ctx, agent, request);
      if (anew === null) return denyRemoved(ctx, agent.accountId, { ...judged.draft, ...tie });
      return judgeCall(ctx, anew, request, tie);
    },
    release: (allowed: Judged, tie: Tie | null) =>
      tie === null ? release(ctx, allowed, agent, renewed) : releaseApproved(ctx, allowed, agent, tie, renewed),
  };
  return releaseAsking<Judged, AccessOutcome | Stale>(ctx, judged, steps, waiting);
}

function toAgentAsker(by: AgentPrincipal, { grantId }: Draft, { reason }: AgentRequest): Asker {
  if (grantId === undefined) throw new Error('a request without a grant was refused before');
  return { kind: 'agent', by, grantId, reason: reason ?? null };
}

export type ProxyAccess =
  | {
      readonly outcome: 'ok';
      readonly values: Record<string, string>;
      /** The webhook that makes the call in place of this server, since it holds what is injected. */
      readonly webhook: WebhookLink | null;
      /** What `${TOKEN}` stands for. */
      readonly tokenField: string | null;
      readonly credential: CredentialRow | null;
      readonly fields: readonly string[];
      readonly event: AuditEvent;
      /** The proxy as the call was decided by: while its owner was asked or a token renewed, it may have been changed. */
      readonly loaded: LoadedProxy;
      /** The owner's word, where they were asked. */
      readonly tie: Tie | null;
    }
  | Denied;

/**
 * A call is about to go out through a proxy: its event is durable before the values that it injects are handed over.
 * Throws `approval_pending` where the owner is to be asked and has not answered within the caller's patience.
 */
export function injectForProxy(
  ctx: Context,
  loaded: LoadedProxy,
  call: ProxyCall,
  patience: Patience = {},
): Promise<ProxyAccess> {
  const waiting = toWaiting(ctx, patience);
  return withFreshToken(ctx, async (renewed) =>
    attemptInjection(ctx, await asOfNow(ctx, loaded, renewed), call, waiting, renewed),
  );
}

/**
 * The same for a call that the proxy's own lists let through, by what an earlier one was decided by, if nothing has changed
 * since; null where it is to be decided anew, by what is loaded for it. Nothing is recorded then.
 */
export async function injectForRecentProxy(
  ctx: Context,
  loaded: AsOf<LoadedProxy>,
  call: ProxyCallFacts,
): Promise<Extract<ProxyAccess, { outcome: 'ok' }> | null> {
  const { by, settingsVersion } = loaded;
  const judged = toJudgedProxyCall(ctx.nowMs(), loaded, { ...call, findRefusal: () => null });
  if (judged.outcome !== 'allowed' || judged.decision.approval !== null) return null;
  const { row, fields, decision, draft } = judged;
  if (isTouchDue(ctx, [by.keyLastUsedAt])) return null;
  const opened = row === null ? toOpenedNothing(draft) : await openReady(ctx, { row, fields, decision, draft });
  if (opened === null) return null;
  const recorded = await recordUseAsOf(ctx, by.accountId, opened.draft, decision, settingsVersion);
  // A limit that is reached is looked at anew as well, and recorded there.
  if (recorded.outcome !== 'recorded') return null;
  return toHandedOut(judged, opened, recorded.event, null);
}

function toHandedOut(
  { row, fields, loaded }: JudgedProxyCall,
  { values, webhook }: Opened,
  event: AuditEvent,
  tie: Tie | null,
): Extract<ProxyAccess, { outcome: 'ok' }> {
  const tokenField = row === null ? null : toTokenField(row);
  return { outcome: 'ok', values, webhook, tokenField, credential: row, fields, event, loaded, tie };
}

function toOpenedNothing(draft: Draft): Opened {
  return {
    outcome: 'opened',
    values: {},
    validUntil: null,
    webhook: null,
    draft: { ...draft, type: 'agent_access', outcome: 'ok' },
  };
}

/** What was decided by before a token was renewed may no longer hold after it. */
async function asOfNow(ctx: Context, loaded: LoadedProxy, renewed: Renewed | null): Promise<LoadedProxy> {
  return renewed === null ? loaded : reloadProxy(ctx, loaded);
}

async function attemptInjection(
  ctx: Context,
  loaded: LoadedProxy,
  call: ProxyCall,
  waiting: Waiting,
  renewed: Renewed | null,
): Promise<ProxyAccess | Stale> {
  const { approved = null } = call;
  const judged = await judgeProxyCall(ctx, loaded, call, approved);
  if (judged.outcome === 'denied') return judged;
  const steps = {
    // What a call beside it has asked for is not asked again.
    toAsker: (allowed: JudgedProxyCall) => (approved === null ? toProxyAsker(allowed, call) : null),
    judgeAnew: async (tie: Tie | null) => {
      const anew = await findProxyAnew(ctx, loaded);
      if (anew === null) return denyRemoved(ctx, loaded.by.accountId, { ...judged.draft, ...tie });
      return judgeProxyCall(ctx, anew, call, tie);
    },
    release: (allowed: JudgedProxyCall, tie: Tie | null) => releaseToProxy(ctx, allowed, { tie, approved }, renewed),
  };
  return releaseAsking<JudgedProxyCall, ProxyAccess | Stale>(ctx, judged, steps, waiting);
}

/** @param tie the answer to spend. Null where that cannot be spent on this call. */
async function releaseToProxy(
  ctx: Context,
  judged: JudgedProxyCall,
  { tie, approved }: { tie: Tie | null; approved: Tie | null },
  renewed: Renewed | null,
): Promise<ProxyAccess | Stale | null> {
  const { row, fields, decision, draft, loaded } = judged;
  const { by } = loaded;
  const opened: Opened | Stale | Denied =
    row === null
      ? toOpenedNothing(draft)
      : await openForUse(ctx, { row, fields, decision, draft }, renewed, tie ?? approved);
  if (opened.outcome !== 'opened') return opened;
  const recorded = await recordSpending(ctx, by.accountId, tie, opened.draft, decision);
  if (recorded === null) return null;
  if (recorded.outcome === 'refused') {
    return deny(ctx, by.accountId, draft, toDenial(decision, recorded.finding, recorded.observed));
  }
  void touchProxy(ctx, by);
  return toHandedOut(judged, opened, recorded.event, tie ?? approved);
}

type Connection = Omit<Extract<ProxyAccess, { outcome: 'ok' }>, 'event' | 'tie'>;

/**
 * The values for what belongs to a protocol and calls nothing, such as its handshake: allowed as a call is, counted and
 * recorded as none. A refusal is recorded.
 */
export function connectForProxy(ctx: Context, found: LoadedProxy): Promise<Connection | Denied> {
  return withFreshToken(ctx, async (renewed): Promise<Connection | Denied | Stale> => {
    const judged = await judgeProxyCall(ctx, await asOfNow(ctx, found, renewed), null);
    if (judged.outcome === 'denied') return judged;
    const { row, fields, loaded } = judged;
    void touchProxy(ctx, loaded.by);
    const connection = { outcome: 'ok', credential: row, fields, loaded } as const;
    if (row === null) return { ...connection, values: {}, webhook: null, tokenField: null };
    const opened = await openForUse(ctx, { ...judged, row }, renewed);
    if (opened.outcome !== 'opened') return opened;
    const { values, webhook } = opened;
    return { ...connection, values, webhook, tokenField: toTokenField(row) };
  });
}

/** A token that was renewed so shortly ago and is refused all the same is refused for another reason. */
const renewedMs = 60_000;

/**
 * The values once more, after an upstream did not take the token: renewed, and decided anew. Null where there is nothing to
 * renew, it was to no avail, or the proxy is another by now: the call was judged and recorded as it was. No use of its own:
 * the call has its event. Throws `reconnect_needed`.
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
  return access.outcome === 'denied' || !isSameProxy(access, judged) ? null : access;
}

/** Whether it leads where it led, and injects the same credential. */
function isSameProxy(now: Connection, before: JudgedProxyCall): boolean {
  return now.credential?.id === before.row?.id && now.loaded.by.proxy.version === before.loaded.by.proxy.version;
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

/** The same for what the owner approved, whose answer is spent with it; null where that cannot be spent on it. */
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
  const recorded = await recordSpending(ctx, row.accountId, tie, opened.draft, decision);
  return recorded === null ? null : settle(ctx, judged, opened, agent, recorded);
}

/** Records a use, and spends the answer that it was approved by; null where that cannot be spent on it. */
function recordSpending(
  ctx: Context,
  accountId: string,
  tie: Tie | null,
  draft: EventDraft,
  decision: Judged['decision'],
): Promise<Recorded | null> {
  // The policy that asked may be gone by now; then there is nothing to spend.
  return tie === null || decision.approval === null
    ? recordUse(ctx, accountId, draft, decision)
    : recordApprovedUse(ctx, accountId, tie.approvalId, draft, decision);
}

async function settle(
  ctx: Context,
  { row, fields, decision, draft: judged }: Judged,
  { values, validUntil, webhook, draft }: Opened,
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
  return { outcome: 'ok', credential: row, values, validUntil, redirect, event };
}
