// What a call through a proxy is decided by, loaded in one round trip: whose key it is, the proxy and its credential, and
// the policies that bind either. Read for every request but where it counts only if nothing has changed, so that what its
// owner changes holds from the next one on; those of one key that come at the same moment share a reading that began after all of them.

import { AppError } from '@keytrail/shared/errors';
import { accountOfProxyKey } from '@keytrail/shared/ids';
import type { Attached } from '../agents/attached-policies.ts';
import { hashKey } from '../auth/agent-keys.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { ProxyPrincipal, ProxyRow } from '../auth/proxy-keys.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { askAsAccount } from '../base/db.ts';
import type { Loaded } from '../base/recent-loads.ts';
import type { CredentialRow } from './credentials.ts';
import type { Bounds } from './facts.ts';
import { type CredentialJson, type PolicyJson, toAttached, toCredential, toDate } from './loaded-rows.ts';
import { type AsOf, findRecent, keepRecent, selectLoaded } from './recent-loads.ts';

/** A proxy as one request finds it. */
export interface LoadedProxy extends Pick<Bounds, 'vaultLocked'> {
  readonly by: ProxyPrincipal;
  /** Null where it has none, or none any more. */
  readonly row: CredentialRow | null;
  /** The policies of the proxy and of its credential. */
  readonly attached: readonly Attached[];
}

/** Loads what a key opens; null for one that this server never issued. */
export async function loadProxyByKey(ctx: Context, key: string, requester: Requester): Promise<LoadedProxy | null> {
  const accountId = accountOfProxyKey(key);
  if (accountId === null) return null;
  const hash = hashKey(key);
  const by = hash.toString('base64');
  const loaded = await ctx.proxyLoads.ask(by, () => load(ctx, accountId, { hash }));
  if (loaded === null) return null;
  keepRecent(ctx, by, loaded);
  return toLoaded(ctx, loaded, requester);
}

/** The same as it was loaded for an earlier request; null where it was for none. */
export function findRecentProxyByKey(ctx: Context, key: string, requester: Requester): AsOf<LoadedProxy> | null {
  const recent = findRecent(ctx, hashKey(key).toString('base64'));
  return recent === null ? null : { ...toLoaded(ctx, recent, requester), settingsVersion: recent.settingsVersion };
}

/** Loads it for its owner, who takes the place of whoever holds a key; null outside the account. */
export async function loadProxyForOwner(ctx: Context, owner: OwnerPrincipal, id: string): Promise<LoadedProxy | null> {
  const loaded = await load(ctx, owner.accountId, { proxyId: id });
  return loaded === null ? null : toLoaded(ctx, loaded, owner.requester);
}

/** The same anew, for whoever it was loaded for. Throws `unauthorized` where the proxy has been removed since. */
export async function reloadProxy(ctx: Context, before: LoadedProxy): Promise<LoadedProxy> {
  const loaded = await findProxyAnew(ctx, before);
  if (loaded === null) throw new AppError('unauthorized', { message: `proxy ${before.by.proxy.id} was removed` });
  return loaded;
}

/** The same; null where the proxy has been removed since. */
export async function findProxyAnew(ctx: Context, { by }: LoadedProxy): Promise<LoadedProxy | null> {
  const { accountId, keyId, proxy, requester } = by;
  const loaded = await load(ctx, accountId, keyId === null ? { proxyId: proxy.id } : { keyId });
  return loaded === null ? null : toLoaded(ctx, loaded, requester);
}

function load(
  ctx: Context,
  accountId: string,
  { hash, keyId, proxyId }: { hash?: Buffer; keyId?: string; proxyId?: string },
): Promise<Loaded | null> {
  return askAsAccount(ctx.db, accountId, (sql) =>
    selectLoaded(
      ctx,
      sql,
      accountId,
      sql`load_proxy_call(${accountId}, ${hash ?? null}, ${keyId ?? null}, ${proxyId ?? null})`,
    ),
  );
}

interface CallJson {
  readonly proxy: ProxyJson;
  /** Null where its owner asks. */
  readonly key: {
    readonly id: string;
    readonly client_name: string | null;
    readonly revoked_at: string | null;
    readonly last_used_at: string | null;
  } | null;
  readonly vault_locked: boolean;
  readonly credential: CredentialJson | null;
  readonly policies: readonly PolicyJson[];
}

interface ProxyJson
  extends Pick<ProxyRow, 'id' | 'kind' | 'name' | 'headers' | 'query' | 'routes' | 'enabled' | 'version'> {
  readonly account_id: string;
  readonly upstream_url: string;
  readonly credential_id: string | null;
  readonly basic_auth: ProxyRow['basicAuth'];
  readonly tool_access: ProxyRow['toolAccess'];
  readonly key_in_url: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_used_at: string | null;
}

function toLoaded(ctx: Context, { text }: Loaded, requester: Requester): LoadedProxy {
  const call: CallJson = JSON.parse(text);
  const { key } = call;
  return {
    by: {
      kind: 'proxy',
      accountId: call.proxy.account_id,
      keyId: key?.id ?? null,
      // The end of a key may lie ahead, while its successor already works.
      keyRevoked: key !== null && key.revoked_at !== null && Date.parse(key.revoked_at) <= ctx.nowMs(),
      keyClientName: key?.client_name ?? null,
      keyLastUsedAt: toDate(key?.last_used_at ?? null),
      proxy: toProxy(call.proxy),
      requester,
    },
    row: call.credential === null ? null : toCredential(call.credential),
    attached: call.policies.flatMap(toAttached),
    vaultLocked: call.vault_locked,
  };
}

function toProxy(json: ProxyJson): ProxyRow {
  return {
    accountId: json.account_id,
    id: json.id,
    kind: json.kind,
    name: json.name,
    upstreamUrl: json.upstream_url,
    credentialId: json.credential_id,
    headers: json.headers,
    query: json.query,
    basicAuth: json.basic_auth,
    toolAccess: json.tool_access,
    routes: json.routes,
    keyInUrl: json.key_in_url,
    enabled: json.enabled,
    version: json.version,
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
    lastUsedAt: toDate(json.last_used_at),
  };
}
