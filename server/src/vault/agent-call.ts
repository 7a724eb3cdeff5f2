// What an agent's request is decided by, loaded in one round trip: who holds the key, what it asks for and by which grant,
// which policies bind it.

import type { AgentStatus } from '@keytrail/shared/agent';
import { accountOfAgentKey } from '@keytrail/shared/ids';
import type { Attached } from '../agents/attached-policies.ts';
import { findRemovedAgent, hashKey } from '../auth/agent-keys.ts';
import type { AgentCaller, AgentPrincipal } from '../auth/principal.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { askAsAccount } from '../base/db.ts';
import type { Loaded } from '../base/recent-loads.ts';
import type { grants } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import type { Bounds } from './facts.ts';
import { type CredentialJson, type PolicyJson, toAttached, toCredential, toDate } from './loaded-rows.ts';
import { type AsOf, findRecent, keepRecent, selectLoaded } from './recent-loads.ts';

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

type Named = { readonly service: string; readonly label?: string | undefined };

/** Loads it; null for a key that this server never issued. Who was looked up before is looked up again: it may have ended. */
export async function loadAgentCall(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: Named,
): Promise<AgentCall | null> {
  const whose = toWhose(by);
  if (whose === null) return null;
  const { accountId, hash, keyId } = whose;
  const loaded = await askAsAccount(ctx.db, accountId, (sql) =>
    selectLoaded(
      ctx,
      sql,
      accountId,
      sql`load_agent_call(${accountId}, ${hash}, ${keyId}, ${request.service}, ${request.label ?? null})`,
    ),
  );
  if (loaded === null) return loadRemovedCall(ctx, whose, by);
  keepRecent(ctx, toRecentKey(whose, request), loaded);
  return toCall(ctx, readRows(loaded.text), by);
}

/** The call of an agent that was removed, whose key is known to have ended. */
async function loadRemovedCall(
  ctx: Context,
  { accountId, hash }: Whose,
  { requester }: AgentCaller | AgentPrincipal,
): Promise<AgentCall | null> {
  const agent = hash === null ? null : await findRemovedAgent(ctx, accountId, hash);
  if (agent === null) return null;
  return { agent: { kind: 'agent', ...agent, requester }, vaultLocked: false, named: [], attached: [] };
}

/** The same as it was loaded for an earlier request; null where it was for none. */
export function findRecentAgentCall(
  ctx: Context,
  by: AgentCaller | AgentPrincipal,
  request: Named,
): AsOf<AgentCall> | null {
  const whose = toWhose(by);
  const recent = whose === null ? null : findRecent(ctx, toRecentKey(whose, request));
  if (recent === null) return null;
  const rows = readOnce(recent);
  return { settingsVersion: recent.settingsVersion, ...toCall(ctx, rows, by) };
}

/** What was loaded, read; nobody changes it. */
interface Rows extends Pick<AgentCall, 'named' | 'attached'> {
  readonly json: Pick<CallJson, 'agent' | 'key' | 'vault_locked'>;
}

const readBefore = new WeakMap<Loaded, Rows>();

/** An agent asks for the same thing again and again: what is kept for it is read with the first request that finds it. */
function readOnce(loaded: Loaded): Rows {
  const known = readBefore.get(loaded);
  if (known !== undefined) return known;
  const rows = readRows(loaded.text);
  readBefore.set(loaded, rows);
  return rows;
}

interface Whose {
  readonly accountId: string;
  readonly hash: Buffer | null;
  readonly keyId: string | null;
}

function toWhose(by: AgentCaller | AgentPrincipal): Whose | null {
  if (!('key' in by)) return { accountId: by.accountId, hash: null, keyId: by.keyId };
  const accountId = accountOfAgentKey(by.key);
  return accountId === null ? null : { accountId, hash: hashKey(by.key), keyId: null };
}

function toRecentKey({ accountId, hash, keyId }: Whose, { service, label }: Named): string {
  return JSON.stringify([accountId, hash?.toString('base64') ?? keyId, service, label ?? null]);
}

function readRows(text: string): Rows {
  const { agent, key, vault_locked, granted, policies }: CallJson = JSON.parse(text);
  return {
    json: { agent, key, vault_locked },
    named: granted.map(({ credential, grant }) => ({
      credential: toCredential(credential),
      grant: grant === null ? null : toGrant(grant),
    })),
    attached: policies.flatMap(toAttached),
  };
}

function toCall(ctx: Context, { json, named, attached }: Rows, by: AgentCaller | AgentPrincipal): AgentCall {
  return { agent: toPrincipal(ctx, json, by.requester), vaultLocked: json.vault_locked, named, attached };
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

function toPrincipal(ctx: Context, { agent, key }: Rows['json'], requester: Requester): AgentPrincipal {
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
