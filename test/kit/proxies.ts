// Proxies of a test: one with a credential that it injects, as an owner makes it, and calls through it.

import type { Requester } from '@keytrail/server/auth/requester';
import type { Context } from '@keytrail/server/base/context';
import { injectForProxy } from '@keytrail/server/vault/access';
import type { ProxyCall } from '@keytrail/server/vault/proxy-call';
import { loadProxyByKey } from '@keytrail/server/vault/proxy-load';
import { mintUuid } from '@keytrail/shared/ids';
import type { Client } from './client.ts';
import { createToken } from './vault.ts';

interface Owner {
  readonly client: Client;
}

export type ProxyFields = Parameters<Client['proxies']['create']['mutate']>[0];
export type ProxyEdit = Parameters<Client['proxies']['update']['mutate']>[0]['proxy'];

let proxies = 0;

/** A proxy as an owner writes it, of an MCP server unless said otherwise. */
export function toProxyFields(changes: Partial<ProxyFields> = {}): ProxyFields {
  return { name: `proxy-${++proxies}`, kind: 'mcp', upstreamUrl: 'https://mcp.example.com/mcp', ...changes };
}

/** The whole of a proxy, as an edit says it. */
export function toProxyEdit(changes: Partial<ProxyEdit> = {}): ProxyEdit {
  const { name, kind, upstreamUrl } = toProxyFields();
  return {
    name,
    kind,
    upstreamUrl,
    credentialId: null,
    headers: {},
    query: {},
    basicAuth: null,
    toolAccess: { mode: 'all', names: [] },
    routes: [],
    keyInUrl: false,
    enabled: true,
    ...changes,
  };
}

/** A proxy that injects a fresh token, and its first key. */
export async function createTokenProxy(owner: Owner, changes: Partial<ProxyFields> = {}) {
  const credential = await createToken(owner, 'github', `of proxy ${proxies}`);
  const fields = toProxyFields({
    credentialId: credential.id,
    headers: { authorization: `Bearer \${TOKEN}` },
    ...changes,
  });
  return { ...(await owner.client.proxies.create.mutate(fields)), credential };
}

/** The proxy of a key, as a call finds it; throws for a key that opens nothing. */
export async function loadProxyOf(ctx: Context, key: string, requester: Requester = { client: 'other' }) {
  const found = await loadProxyByKey(ctx, key, requester);
  if (found === null) throw new Error('no proxy has this key');
  return found;
}

/** One call through a proxy, up to where it would go out. */
export async function callThrough(ctx: Context, key: string, changes: Partial<ProxyCall> = {}, requester?: Requester) {
  const call = { tool: 'create_issue', findRefusal: () => null, ...changes };
  const correlationId = changes.correlationId ?? mintUuid(ctx.nowMs(), ctx.randomBytes);
  return injectForProxy(ctx, await loadProxyOf(ctx, key, requester), { ...call, correlationId });
}

export type AskingProxy = Awaited<ReturnType<typeof createAskingProxy>>;

/** The same under a policy that asks. */
export async function createAskingProxy(
  owner: Owner,
  rule: { withinSeconds?: number; rememberMinutes?: number } = {},
  changes: Partial<ProxyFields> = {},
) {
  const made = await createTokenProxy(owner, changes);
  const ask = { type: 'approval', withinSeconds: 60, rememberMinutes: 0, ...rule } as const;
  const policy = await owner.client.policies.create.mutate({ name: 'Ask me first', rules: [ask] });
  const targets = [{ kind: 'proxy' as const, id: made.proxy.id }];
  await owner.client.policies.attach.mutate({ id: policy.id, targets });
  return { ...made, policy };
}
