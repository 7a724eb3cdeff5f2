// Proxies: upstreams that are called with a credential injected, by whoever holds the proxy's key. No zod here (the schema is
// in `proxy-schema.ts`), so that pages can name a proxy without it.

/** What it speaks: MCP over Streamable HTTP, or any HTTP API. */
export const proxyKinds = ['mcp', 'http'] as const;
export type ProxyKind = (typeof proxyKinds)[number];

export const proxyKindLabels: Record<ProxyKind, string> = { mcp: 'MCP', http: 'HTTP API' };

export const routeMethods = ['*', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type RouteMethod = (typeof routeMethods)[number];

/** A call that an HTTP proxy lets through. */
export interface ProxyRoute {
  readonly method: RouteMethod;
  /** Below the upstream's address, such as `/repos/*`: a star at its end stands for any rest, all else is exact. */
  readonly path: string;
}

/** Which tools, resources and prompts of an MCP upstream may be used, by name. */
export interface ToolAccess {
  readonly mode: 'all' | 'only' | 'except';
  readonly names: readonly string[];
}

/** What its owner writes. Templates may hold `${TOKEN}` and `${FIELD:name}`. */
export interface ProxyInput {
  /** Part of its address: lower case, digits and dashes, one of its kind in the account. */
  readonly name: string;
  /** Stays as it was made. */
  readonly kind: ProxyKind;
  /** Where calls go: an MCP endpoint, or the address below which an API lies. */
  readonly upstreamUrl: string;
  /** Null: nothing is injected; calls are recorded all the same. */
  readonly credentialId: string | null;
  /** Templates by header name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Templates by parameter; HTTP only. */
  readonly query: Readonly<Record<string, string>>;
  /** Templates; HTTP only. */
  readonly basicAuth: { readonly username: string; readonly password: string } | null;
  /** MCP only. */
  readonly toolAccess: ToolAccess;
  /** HTTP only; empty: every call. */
  readonly routes: readonly ProxyRoute[];
  /** Whether the key is taken from `?key=` as well, for clients that can be given nothing but an address. */
  readonly keyInUrl: boolean;
  readonly enabled: boolean;
}

/** A key that works. */
export interface ProxyKeySummary {
  readonly id: string;
  /** Its last four characters. */
  readonly hint: string;
  readonly createdAt: string;
  /** Null: until it is rotated. */
  readonly endsAt: string | null;
  /** Behind by up to a minute: the log is the record. */
  readonly lastUsedAt: string | null;
  /** What the program that holds it called itself. */
  readonly clientName: string | null;
}

export interface ProxySummary extends ProxyInput {
  readonly id: string;
  /** Counts changes; an edit names the version it was made from. */
  readonly version: number;
  /** Of its credential; null without one, and where it was removed. */
  readonly credential: { readonly id: string; readonly service: string; readonly label: string } | null;
  /** The newest first. */
  readonly keys: readonly ProxyKeySummary[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastUsedAt: string | null;
}

/** What became of one call on the owner's behalf. */
export type ProxyTrial =
  /** `tools` counts those that an MCP server offers; null where it said nothing of any. */
  | { readonly outcome: 'answered'; readonly status: number; readonly ms: number; readonly tools: number | null }
  /** By the proxy's standing, its policies or the lock; `failed`: there was no answer. */
  | { readonly outcome: 'refused' | 'failed'; readonly sentence: string };

/** Where a proxy answers, below the server's address. */
export function toProxyPath({ kind, name }: Pick<ProxyInput, 'kind' | 'name'>): string {
  return kind === 'mcp' ? `/mcp/p/${name}` : `/http/p/${name}/`;
}
