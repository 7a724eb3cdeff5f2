// The one door to secrets: load, decide, open, append, return. Nothing leaves before its event is durable; a
// refusal is a recorded value, not an error. A revocation holds for what is loaded after it was answered: a request
// that was decided a moment before may still be served, and its event says so.

import type { CredentialKind } from '@keytrail/shared/credential';
import { type AccessFacts, type Decision, decide } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, DenialRule, EventAction, EventDraft } from '@keytrail/shared/event';
import { append } from '../audit/append.ts';
import type { AgentPrincipal, OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { open } from '../base/envelope.ts';
import { type CredentialRow, getCredential } from './credentials.ts';
import { findGranted, type Granted, toAmbiguous } from './granted.ts';
import { chooseFields, toReleasedValues, toSealedNames } from './release.ts';
import { touchUse } from './touch.ts';

export type AccessOutcome =
  | {
      readonly outcome: 'ok';
      readonly credential: Pick<CredentialRow, 'service' | 'label' | 'kind'>;
      readonly values: Record<string, string>;
      readonly event: AuditEvent;
    }
  | {
      readonly outcome: 'denied';
      readonly rule: DenialRule;
      readonly retryAt: string | null;
      readonly event: AuditEvent;
    };

export interface OwnerUse {
  readonly id: string;
  readonly action: Extract<EventAction, 'reveal' | 'copy' | 'autofill'>;
  readonly fields?: readonly string[] | undefined;
  /** The page's origin as the browser told our worker; required for a fill. */
  readonly siteOrigin?: string | undefined;
  readonly frameOrigin?: string | undefined;
}

/** The owner reads, copies or fills one of their credentials: a Direct event. */
export async function useOwnCredential(ctx: Context, owner: OwnerPrincipal, use: OwnerUse): Promise<AccessOutcome> {
  const row = await withAccount(ctx.db, owner.accountId, (tx) => getCredential(tx, owner.accountId, use.id));
  const fillOrigin = use.action === 'autofill' ? (use.siteOrigin ?? 'null') : null;
  const draft: Draft = {
    action: use.action,
    source: 'direct',
    title: 'Direct Access',
    ...owner.requester,
    ...(use.siteOrigin === undefined ? {} : { siteOrigin: use.siteOrigin }),
    ...(use.frameOrigin === undefined ? {} : { frameOrigin: use.frameOrigin }),
  };
  const fields = chooseFields({ ...row, kind: toKind(row) }, use.fields, 'owner');
  const decision = decide(toFacts(ctx, row, fields, { kind: 'owner', fillOrigin }, toRequest(owner)));
  return settle(ctx, owner.accountId, row, fields, decision, draft, null);
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
  agent: AgentPrincipal,
  request: AgentRequest,
): Promise<AccessOutcome> {
  const draft: Draft = {
    action: 'fetch',
    source: 'agent',
    title: agent.agentName,
    agentId: agent.agentId,
    agentName: agent.agentName,
    keyId: agent.keyId,
    ...agent.requester,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  };
  const granted = await withAccount(ctx.db, agent.accountId, (tx) => findGranted(tx, ctx, agent, request));
  const found = granted[0] ?? null;
  const asked = toRequest(agent, request.reason);
  // What stands in the way of the agent itself outweighs what it asks for, so that no name can be probed.
  const standing = decide(toFacts(ctx, found?.credential ?? null, [], toRequesterFacts(agent, found), asked));
  if (!standing.allowed || found === null) {
    const rule = standing.allowed ? 'grant_missing' : standing.rule;
    return deny(ctx, agent.accountId, found?.credential ?? { service: request.service }, { rule }, draft, agent);
  }
  if (granted.length > 1) throw toAmbiguous(granted);
  const row = found.credential;
  const fields = chooseForAgent(row, found.grant?.fields ?? null, request.field);
  const decision = decide(toFacts(ctx, row, fields, toRequesterFacts(agent, found), asked));
  const grant = found.grant === null ? {} : { grantId: found.grant.id };
  return settle(ctx, agent.accountId, row, fields, decision, { ...draft, ...grant }, agent);
}

/**
 * Asking for everything means everything that the grant covers. A name that a limited grant does not cover goes to
 * the decision as it is, whether there is such a field or not; only who may have them all is told which there are.
 */
function chooseForAgent(row: CredentialRow, covered: readonly string[] | null, asked: string | undefined): string[] {
  const typed = { ...row, kind: toKind(row) };
  if (asked !== undefined && covered !== null && !covered.includes(asked)) return [asked];
  if (asked !== undefined) return chooseFields(typed, [asked], 'agent');
  const releasable = chooseFields(typed, undefined, 'agent');
  return covered === null ? releasable : releasable.filter((name) => covered.includes(name));
}

type Draft = Omit<EventDraft, 'type' | 'outcome'>;

async function settle(
  ctx: Context,
  accountId: string,
  row: CredentialRow,
  fields: string[],
  decision: Decision,
  draft: Draft,
  agent: AgentPrincipal | null,
): Promise<AccessOutcome> {
  if (!decision.allowed) return deny(ctx, accountId, row, decision, draft, agent);
  const type = draft.source === 'direct' ? 'secret_access' : 'agent_access';
  const used = { ...draft, ...toCredentialFacts(row), type } as const;
  const values = await openFields(ctx, row, fields).catch(async (error: unknown) => {
    const note = error instanceof AppError ? error.public : 'The stored secret could not be read';
    await append(ctx, accountId, { ...used, outcome: 'failed', fields, note });
    throw error;
  });
  const event = await append(ctx, accountId, { ...used, outcome: 'ok', fields: Object.keys(values) });
  touchUse(ctx, accountId, row, agent);
  return { outcome: 'ok', credential: row, values, event };
}

async function deny(
  ctx: Context,
  accountId: string,
  credential: CredentialRow | { service: string },
  decision: Pick<Extract<Decision, { allowed: false }>, 'rule' | 'retryAtMs'>,
  draft: Draft,
  agent: AgentPrincipal | null,
): Promise<AccessOutcome> {
  const retryAt = decision.retryAtMs === undefined ? null : new Date(decision.retryAtMs).toISOString();
  const event = await append(ctx, accountId, {
    ...draft,
    ...('id' in credential ? toCredentialFacts(credential) : { service: credential.service }),
    type: 'policy_denied',
    outcome: 'denied',
    rule: decision.rule,
    ...(retryAt === null ? {} : { retryAt }),
  });
  touchUse(ctx, accountId, null, agent);
  return { outcome: 'denied', rule: decision.rule, retryAt, event };
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

function toFacts(
  ctx: Context,
  row: CredentialRow | null,
  fields: readonly string[],
  requester: AccessFacts['requester'],
  request: AccessFacts['request'],
): AccessFacts {
  const sites = row?.public.sites;
  return {
    nowMs: ctx.nowMs(),
    fields,
    vaultLocked: false,
    credential: {
      id: row?.id ?? '',
      expiresAtMs: row?.expiresAt?.getTime() ?? null,
      sites: Array.isArray(sites) ? sites : [],
    },
    policies: [],
    request,
    requester,
  };
}

function toRequest({ requester }: OwnerPrincipal | AgentPrincipal, reason?: string): AccessFacts['request'] {
  return { clientIp: requester.clientIp ?? null, client: requester.client, reason: reason ?? null };
}

function toRequesterFacts(agent: AgentPrincipal, found: Granted | null): AccessFacts['requester'] {
  const grant = found?.grant ?? null;
  return {
    kind: 'agent',
    id: agent.agentId,
    status: agent.status,
    keyRevoked: agent.keyRevoked,
    grant:
      grant === null
        ? null
        : {
            id: grant.id,
            expiresAtMs: grant.expiresAt?.getTime() ?? null,
            revoked: grant.revokedAt !== null,
            fields: grant.fields,
            reasonRequired: grant.reasonRequired,
          },
  };
}

function toCredentialFacts(row: CredentialRow): Pick<EventDraft, 'service' | 'credentialId' | 'credentialLabel'> {
  return { service: row.service, credentialId: row.id, credentialLabel: row.label };
}

function toKind(row: CredentialRow): CredentialKind {
  return row.kind as CredentialKind; // Written from a CredentialInput only.
}
