// What an agent's request is decided by, loaded in one round trip: who holds the key, what it asks for and by which grant,
// which policies bind it.

import type { AgentStatus } from '@keytrail/shared/agent';
import { accountOfAgentKey } from '@keytrail/shared/ids';
import type { Attached } from '../agents/attached-policies.ts';
import { hashKey } from '../auth/agent-keys.ts';
import type { AgentCaller, AgentPrincipal } from '../auth/principal.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { askAsAccount } from '../base/db.ts';
import type { grants } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import type { Bounds } from './facts.ts';
import { type CredentialJson, type PolicyJson, toAttached, toCredential, toDate } from './loaded-rows.ts';

/** What one request of an agent is decided by, as it was at one moment. */
export interface AgentCall extends Pick<Bounds, 'vaultLocked'> {
  readonly agent: AgentPrincipal;
  /** Every credential that the request may mean, with each grant that this agent ever had for it; the newest first. */
  readonly named: readonly Granted[];
  /** The policies of the agent and of all those credentials. */
  readonly attached: readonly Attached[];
}

export interface Granted {
  readonly credential: CredentialRow;
  /** Standing or not; null when there never was one. */
  readonly grant: typeof grants.$inferSelect | null;
}

/** Loads it; null for a key that this server never issued. Who was looked up before is looked up again: it may have ended. */
export async function loadAgentCall(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: { service: string; label?: string | undefined },
): Promise<AgentCall | null> {
  const accountId = 'key' in by ? accountOfAgentKey(by.key) : by.accountId;
  if (accountId === null) return null;
  const [hash, keyId] = 'key' in by ? [hashKey(by.key), null] : [null, by.keyId];
  const [row] = await askAsAccount(
    ctx.db,
    accountId,
    (sql) => sql<{ call: CallJson | null }[]>`
      select load_agent_call(${accountId}, ${hash}, ${keyId}, ${request.service}, ${request.label ?? null}) as call`,
  );
  const call = row?.call ?? null;
  if (call === null) return null;
  return {
    agent: toPrincipal(ctx, call, by.requester),
    vaultLocked: call.vault_locked,
    named: call.granted.map(({ credential, grant }) => ({
      credential: toCredential(credential),
      grant: grant === null ? null : toGrant(grant),
    })),
    attached: call.policies.flatMap(toAttached),
  };
}

/** Rows as `to_json` writes them. */
interface CallJson {
  readonly agent: {
    readonly account_id: string;
    readonly id: string;
    readonly name: string;
    readonly status: AgentStatus;
    readonly last_used_at: string | null;
  };
  readonly key: {
    readonly id: string;
    readonly client_name: string | null;
    readonly revoked_at: string | null;
    readonly last_used_at: string | null;
  };
  readonly vault_locked: boolean;
  readonly granted: readonly { readonly credential: CredentialJson; readonly grant: GrantJson | null }[];
  readonly policies: readonly PolicyJson[];
}

interface GrantJson {
  readonly account_id: string;
  readonly id: string;
  readonly agent_id: string;
  readonly credential_id: string;
  readonly fields: string[] | null;
  readonly reason_required: boolean;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

function toPrincipal(ctx: Context, { agent, key }: CallJson, requester: Requester): AgentPrincipal {
  return {
    kind: 'agent',
    accountId: agent.account_id,
    agentId: agent.id,
    agentName: agent.name,
    status: agent.status,
    keyId: key.id,
    keyClientName: key.client_name,
    // The end of a key may lie ahead, while its successor already works.
    keyRevoked: key.revoked_at !== null && Date.parse(key.revoked_at) <= ctx.nowMs(),
    lastUsedAt: toDate(agent.last_used_at),
    keyLastUsedAt: toDate(key.last_used_at),
    requester,
  };
}

function toGrant(json: GrantJson): typeof grants.$inferSelect {
  return {
    accountId: json.account_id,
    id: json.id,
    agentId: json.agent_id,
    credentialId: json.credential_id,
    fields: json.fields,
    reasonRequired: json.reason_required,
    createdAt: new Date(json.created_at),
    expiresAt: toDate(json.expires_at),
    revokedAt: toDate(json.revoked_at),
  };
}
