// From rows to what the decision looks at.

import type { AccessFacts } from '@keytrail/shared/decide';
import type { AttachedPolicy } from '@keytrail/shared/judge-policy';
import { belongsToSites } from '@keytrail/shared/site';
import type { AgentPrincipal, OwnerPrincipal } from '../auth/principal.ts';
import type { grants } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';

/** What is in the way of every access or binds this one, beside standing and grant. */
export interface Bounds {
  readonly vaultLocked: boolean;
  readonly policies: readonly AttachedPolicy[];
}

/** @param row null where no credential was found: only standing is to be decided then. */
export function toFacts(
  nowMs: number,
  row: CredentialRow | null,
  fields: readonly string[],
  bounds: Bounds,
  by: Pick<AccessFacts, 'request' | 'requester'>,
): AccessFacts {
  return {
    nowMs,
    fields,
    ...bounds,
    credential: {
      id: row?.id ?? '',
      expiresAtMs: row?.expiresAt?.getTime() ?? null,
      sites: row === null ? [] : listSites(row),
    },
    request: by.request,
    requester: by.requester,
  };
}

function listSites({ public: { sites } }: CredentialRow): readonly string[] {
  return Array.isArray(sites) ? sites : [];
}

/**
 * Who receives what is filled: the page, or the site that its form sends to where that is not the credential's. What the
 * page says of its form can only take something away.
 */
export function findReceiver(
  { siteOrigin = 'null', sendsTo = [] }: { siteOrigin?: string | undefined; sendsTo?: readonly string[] | undefined },
  row: CredentialRow,
): string {
  const sites = listSites(row);
  return [siteOrigin, ...sendsTo].find((origin) => !belongsToSites(origin, sites)) ?? siteOrigin;
}

/** The owner as requester; `fillOrigin` is the page that is to receive the values, null for other ways of access. */
export function toOwnerFacts(
  owner: OwnerPrincipal,
  fillOrigin: string | null,
): Pick<AccessFacts, 'request' | 'requester'> {
  return { request: toRequest(owner, null), requester: { kind: 'owner', fillOrigin } };
}

/** An agent as requester, by the grant that speaks for it, if any. */
export function toAgentFacts(
  agent: AgentPrincipal,
  grant: typeof grants.$inferSelect | null,
  reason: string | null,
): Pick<AccessFacts, 'request' | 'requester'> {
  return {
    request: toRequest(agent, reason),
    requester: {
      kind: 'agent',
      id: agent.agentId,
      status: agent.status,
      keyRevoked: agent.keyRevoked,
      grant: grant === null ? null : toGrantFacts(grant),
    },
  };
}

type GrantFacts = Extract<AccessFacts['requester'], { kind: 'agent' }>['grant'];

export function toGrantFacts(grant: typeof grants.$inferSelect): GrantFacts {
  return {
    id: grant.id,
    expiresAtMs: grant.expiresAt?.getTime() ?? null,
    revoked: grant.revokedAt !== null,
    fields: grant.fields,
    reasonRequired: grant.reasonRequired,
  };
}

function toRequest({ requester }: OwnerPrincipal | AgentPrincipal, reason: string | null): AccessFacts['request'] {
  return { clientIp: requester.clientIp ?? null, client: requester.client, reason };
}
