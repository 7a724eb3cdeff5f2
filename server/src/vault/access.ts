// The one door to secrets: load, decide, open, append, return. Nothing leaves before its event is durable; a
// refusal is a recorded value, not an error. A revocation holds for what is loaded after it was answered: a request
// that was decided a moment before may still be served, and its event says so.

import { type Decision, decide } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventAction, EventDraft } from '@keytrail/shared/event';
import { selectAttached, toBinding } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import { append } from '../audit/append.ts';
import type { AgentCaller, AgentPrincipal, OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { open } from '../base/envelope.ts';
import { type AgentCall, loadAgentCall } from './agent-call.ts';
import { type CredentialRow, getCredential } from './credentials.ts';
import { type Denied, deny, toDenial, toPlainDenial } from './denial.ts';
import { toAgentFacts, toFacts, toOwnerFacts } from './facts.ts';
import { selectMeant, toAmbiguous } from './granted.ts';
import { chooseForAgent, chooseForOwner, toKind, toReleasedValues, toSealedNames } from './release.ts';
import { touchUse } from './touch.ts';
import { recordUse } from './use-event.ts';

export type AccessOutcome =
  | {
      readonly outcome: 'ok';
      readonly credential: Pick<CredentialRow, 'service' | 'label' | 'kind'>;
      readonly values: Record<string, string>;
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
export async function useOwnCredential(ctx: Context, owner: OwnerPrincipal, use: OwnerUse): Promise<AccessOutcome> {
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
  return decision.allowed ? release(ctx, row, fields, decision, draft, null) : deny(ctx, accountId, draft, decision);
}

export interface AgentRequest {
  readonly service: string;
  readonly label?: string | undefined;
  readonly field?: string | undefined;
  readonly reason?: string | undefined;
}

/** An agent fetches a credential by service: an Agent event, or a denial that names its rule. */
export async function fetchForAgent(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: AgentRequest,
): Promise<AccessOutcome> {
  const call = await loadAgentCall(ctx, by, request);
  if (call === null) throw new AppError('unauthorized', { message: 'no valid agent key' });
  const access = await attempt(ctx, call, request);
  if (access.outcome === 'denied') touchUse(ctx, call.agent.accountId, null, call.agent);
  return access;
}

async function attempt(ctx: Context, call: AgentCall, request: AgentRequest): Promise<AccessOutcome> {
  const { agent, attached, vaultLocked } = call;
  const { accountId } = agent;
  const granted = selectMeant(call.named, ctx.nowMs());
  const found = granted[0] ?? null;
  const row = found?.credential ?? null;
  const asked = toAgentFacts(agent, found?.grant ?? null, request.reason ?? null);
  const draft = toAgentDraft(agent, request, row);
  // What stands in the way of the agent itself outweighs what it asks for, so that no name can be probed.
  const standing = decide(toFacts(ctx.nowMs(), row, [], { vaultLocked, policies: [] }, asked));
  if (!standing.allowed) return deny(ctx, accountId, draft, standing);
  if (found === null || row === null) return deny(ctx, accountId, draft, toPlainDenial('grant_missing'));
  if (granted.length > 1) throw toAmbiguous(granted);
  const fields = chooseForAgent(row, found.grant?.fields ?? null, request.field);
  const bounds = { vaultLocked, policies: toBinding(attached, [agent.agentId, row.id]) };
  const decision = decide(toFacts(ctx.nowMs(), row, fields, bounds, asked));
  const named: Draft = found.grant === null ? draft : { ...draft, grantId: found.grant.id };
  if (!decision.allowed) return deny(ctx, accountId, named, decision);
  // Nobody can be asked yet.
  const [asking] = decision.approval?.policies ?? [];
  if (asking !== undefined) {
    const finding = { policyId: asking.id, policyName: asking.name, rule: 'approval' } as const;
    return deny(ctx, accountId, named, toDenial(decision, finding, decision.observed));
  }
  return release(ctx, row, fields, decision, named, agent);
}

function toAgentDraft(agent: AgentPrincipal, request: AgentRequest, row: CredentialRow | null): Draft {
  return {
    action: 'fetch',
    source: 'agent',
    title: agent.agentName,
    agentId: agent.agentId,
    agentName: agent.agentName,
    keyId: agent.keyId,
    ...agent.requester,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(row === null ? { service: request.service } : toCredentialFacts(row)),
  };
}

type Draft = Omit<EventDraft, 'type' | 'outcome'>;

/** Opens what was allowed, and hands it out once its event is durable and everything that counts it had room. */
async function release(
  ctx: Context,
  row: CredentialRow,
  fields: string[],
  decision: Extract<Decision, { allowed: true }>,
  draft: Draft,
  agent: AgentPrincipal | null,
): Promise<AccessOutcome> {
  const { accountId } = row;
  const type = draft.source === 'direct' ? 'secret_access' : 'agent_access';
  const values = await openFields(ctx, row, fields).catch(async (error: unknown) => {
    const note = error instanceof AppError ? error.public : 'The stored secret could not be read';
    await append(ctx, accountId, { ...draft, type, outcome: 'failed', fields, note });
    throw error;
  });
  const used = { ...draft, type, outcome: 'ok', fields: Object.keys(values) } as const;
  const recorded = await recordUse(ctx, accountId, used, decision);
  if (recorded.outcome === 'refused') {
    return deny(ctx, accountId, draft, toDenial(decision, recorded.finding, recorded.observed));
  }
  touchUse(ctx, accountId, row, agent);
  return { outcome: 'ok', credential: row, values, event: recorded.event };
}

/** Async so that whatever it throws, also over a seed that is none, is caught where the access is recorded. */
async function openFields(ctx: Context, row: CredentialRow, fields: string[]): Promise<Record<string, string>> {
  const kind = toKind(row);
  const opened: Record<string, string> = {};
  for (const field of toSealedNames(kind, fields, Object.keys(row.public))) {
    const sealed = row.sealed[field];
    if (sealed === undefined) continue;
    const context = { accountId: row.accountId, credentialId: row.id, field, version: sealed.version };
    try {
      opened[field] = open(ctx.masterKeys, context, Buffer.from(sealed.box, 'base64'));
    } catch (cause) {
      throw new AppError('secret_unreadable', {
        message: `field ${field} of credential ${row.id} does not open`,
        cause,
      });
    }
  }
  return toReleasedValues(kind, fields, opened, row.public, ctx.nowMs());
}

function toCredentialFacts(row: CredentialRow): Pick<EventDraft, 'service' | 'credentialId' | 'credentialLabel'> {
  return { service: row.service, credentialId: row.id, credentialLabel: row.label };
}
