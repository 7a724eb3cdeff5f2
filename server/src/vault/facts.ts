// From rows to what the decision looks at.

import type { AccessFacts } from '@keytrail/shared/decide';
import type { AttachedPolicy } from '@keytrail/shared/judge-policy';
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
  const sites = row?.public.sites;
  return {
    nowMs,
    fields,
    ...bounds,
    credential: {
      id: row?.id ?? '',
      expiresAtMs: row?.expiresAt?.getTime() ?? null,
      sites: Array.isArray(sites) ? sites : [],
    },
    request: by.request,
    requester: by.requester,
  };
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
