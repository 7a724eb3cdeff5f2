// Reads the MCP servers out of another client's configuration and turns each into a proxy, with its secrets set apart.
// The text is whatever was pasted. A value that looks like a secret never ends up in a proxy itself: proxies are not sealed.

import { proxyInput } from '@keytrail/shared/proxy-schema';
import { type ParseError, parse } from 'jsonc-parser';
import { z } from 'zod';
import { findBridge } from './import-bridge.ts';
import { isSecretHeader, isSecretSegment, isSecretValue, splitScheme } from './import-secrets.ts';
import type { ProxyBody } from './proxy-draft.ts';
import { toFreeName } from './proxy-name.ts';

/** A value that goes into the vault: pasted, or named by a variable of which the text holds no value. */
export interface ImportedSecret {
  /** What its field is called where a server has several. */
  readonly field: string;
  /** Where it was: a header, or a variable. */
  readonly from: string;
  readonly value: string | null;
}

/** Why a server cannot become a proxy. */
export type Refusal = 'stdio' | 'sse' | 'no_address' | 'address_variable' | 'address_secret' | 'invalid';

export type ImportedServer =
  | {
      readonly kind: 'proxy';
      /** As the configuration calls it. */
      readonly title: string;
      readonly proxy: ProxyBody;
      readonly secrets: readonly ImportedSecret[];
      /** Headers that the proxy sets by itself, or that cannot be sent. */
      readonly leftOut: readonly string[];
    }
  | { readonly kind: 'refused'; readonly title: string; readonly why: Refusal };

export type Import =
  | { readonly kind: 'servers'; readonly servers: readonly ImportedServer[] }
  | { readonly kind: 'unreadable' | 'no_servers' };

/** Numbers and the like are written as they would be sent. What cannot be sent is refused: left out, it might be the proof. */
const headerRecord = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

const serverEntry = z.looseObject({
  type: z.string().optional().catch(undefined),
  transport: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  httpUrl: z.string().optional().catch(undefined),
  serverUrl: z.string().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
  args: z.array(z.string()).optional().catch(undefined),
  env: headerRecord.optional().catch(undefined),
  headers: headerRecord.optional(),
  http_headers: headerRecord.optional(),
});
type ServerEntry = z.infer<typeof serverEntry>;

/** @param taken names of proxies that exist. */
export function parseServers(pasted: string, taken: readonly string[]): Import {
  const parsed = parseLoosely(pasted.trim());
  if (parsed === undefined) return { kind: 'unreadable' };
  const entries = findEntries(parsed);
  if (entries.length === 0) return { kind: 'no_servers' };
  const names = [...taken];
  const servers = entries.map(([title, entry]) => {
    const server = toServer(title, entry, names);
    if (server.kind === 'proxy') names.push(server.proxy.name);
    return server;
  });
  return { kind: 'servers', servers };
}

/** With comments and commas at ends, as editors take it. Documentation often shows a member without the braces around it. */
function parseLoosely(text: string): unknown {
  const errors: ParseError[] = [];
  const whole = text.startsWith('"') ? `{${text}}` : text;
  const parsed: unknown = parse(whole, errors, { allowTrailingComma: true });
  return errors.length === 0 ? parsed : undefined;
}

/** Null where it says something that no server is told by. */
type Entry = [title: string, entry: ServerEntry | null];

/** Under `mcpServers` (most clients), also of each of its `projects` (Claude Code), `servers` (VS Code), inside `mcp` of its settings, or bare. */
function findEntries(parsed: unknown): Entry[] {
  if (!isObject(parsed)) return [];
  const { projects, ...others } = parsed;
  if (isObject(projects)) return [others, ...Object.values(projects)].flatMap(findEntries);
  for (const member of ['mcpServers', 'mcp_servers', 'servers']) {
    if (isObject(parsed[member])) return toEntries(parsed[member]);
  }
  if (isObject(parsed.mcp)) return findEntries(parsed.mcp);
  if (isServer(parsed)) return toEntries({ [titleOf(parsed)]: parsed });
  return toEntries(
    Object.fromEntries(Object.entries(parsed).filter(([, value]) => isObject(value) && isServer(value))),
  );
}

function toEntries(servers: Record<string, unknown>): Entry[] {
  return Object.entries(servers).flatMap(([title, value]): Entry[] => {
    if (!isObject(value)) return [];
    const entry = serverEntry.safeParse(value);
    return [[title, entry.success ? entry.data : null]];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isServer = (value: Record<string, unknown>) =>
  ['url', 'httpUrl', 'serverUrl', 'command'].some((member) => typeof value[member] === 'string');

/** A bare server has no name: its host will do. */
function titleOf(server: Record<string, unknown>): string {
  const address = [server.url, server.httpUrl, server.serverUrl].find((value) => typeof value === 'string');
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).hostname : 'server';
}

function toServer(title: string, entry: ServerEntry | null, taken: readonly string[]): ImportedServer {
  const refuse = (why: Refusal): ImportedServer => ({ kind: 'refused', title, why });
  if (entry === null) return refuse('invalid');
  const bridge = findBridge(entry.command, entry.args ?? [], entry.env ?? {});
  const address = bridge?.url ?? entry.httpUrl ?? entry.url ?? entry.serverUrl;
  if (address === undefined) return refuse(entry.command === undefined ? 'no_address' : 'stdio');
  // A bridge tries both transports, whatever its address looks like.
  if (isSse(entry) && bridge === null) return refuse('sse');
  const upstreamUrl = withDefaults(address);
  if (upstreamUrl.includes('${')) return refuse('address_variable');
  if (hasSecret(upstreamUrl)) return refuse('address_secret');

  const { headers, secrets, leftOut } = toTemplates(bridge?.headers ?? entry.headers ?? entry.http_headers ?? {});
  const proxy = {
    name: toFreeName(title, taken),
    kind: 'mcp',
    upstreamUrl,
    headers,
    // Chosen on the way in, where one is needed; until then anything of the right form will do.
    credentialId: secrets.length === 0 ? null : standInId,
  };
  const parsed = proxyInput.safeParse(proxy);
  if (!parsed.success) return refuse('invalid');
  return { kind: 'proxy', title, proxy: { ...parsed.data, credentialId: null }, secrets, leftOut };
}

const standInId = '00000000-0000-4000-8000-000000000000';

const isSse = ({ type, transport }: ServerEntry) => (type ?? transport)?.toLowerCase() === 'sse';

/** `${NAME:-value}` says what to take where there is no such variable. */
const withDefaults = (text: string) => text.replace(/\$\{[^}:]*:-([^}]*)\}/g, '$1');

function hasSecret(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { username, password, pathname, searchParams } = new URL(address);
  return (
    username !== '' ||
    password !== '' ||
    pathname.split('/').some(isSecretSegment) ||
    [...searchParams].some(([name, value]) => isSecretHeader(name, value))
  );
}

interface Templates {
  readonly headers: Record<string, string>;
  readonly secrets: readonly ImportedSecret[];
  readonly leftOut: readonly string[];
}

/** Set by the proxy, or by the client at each call. */
const own = ['accept', 'content-type', 'user-agent'];

function toTemplates(written: Readonly<Record<string, string>>): Templates {
  const found = Object.entries(written).map(([name, value]) => ({ name: name.trim().toLowerCase(), value }));
  const sent = found.filter(({ name }) => isSendable(name));
  const read = sent.map(({ name, value }) => ({ name, parts: readValue(name, withDefaults(value)) }));
  const places = read.flatMap(({ parts }) => parts).filter((part) => typeof part !== 'string');
  const secrets = places.filter((place, index) => places.findIndex((other) => toId(other) === toId(place)) === index);
  const fields = new Map(secrets.map((secret, index) => [toId(secret), toField(secret, index, secrets)]));
  const toPlace = (place: Place) => (secrets.length === 1 ? '${TOKEN}' : `\${FIELD:${fields.get(toId(place))}}`);
  return {
    headers: Object.fromEntries(
      read.map(({ name, parts }) => [
        name,
        parts.map((part) => (typeof part === 'string' ? part : toPlace(part))).join(''),
      ]),
    ),
    secrets: secrets.map((secret) => ({ ...secret, field: fields.get(toId(secret)) ?? '' })),
    leftOut: found.filter(({ name }) => !isSendable(name)).map(({ name }) => name),
  };
}

function isSendable(name: string): boolean {
  const body = { name: 'a', kind: 'mcp', upstreamUrl: 'https://upstream.test', headers: { [name]: '' } };
  return !own.includes(name) && proxyInput.safeParse(body).success;
}

type Place = Omit<ImportedSecret, 'field'>;

/** The same value in two headers is one secret, as is the same variable. */
const toId = ({ from, value }: Place) => value ?? `\0${from}`;

// ${NAME}, ${env:NAME} and ${input:name}, as the clients write them; $NAME alone is Gemini's.
const variable = /\$\{(?:env:|input:)?([^}]+)\}|^\$([A-Za-z_]\w*)$/g;

/** Text and places, in order. */
function readValue(header: string, value: string): (string | Place)[] {
  const variables = [...value.matchAll(variable)];
  if (variables.length > 0) {
    const parts: (string | Place)[] = [];
    let end = 0;
    for (const match of variables) {
      if (match.index > end) parts.push(value.slice(end, match.index));
      parts.push({ from: match[1] ?? match[2] ?? '', value: null });
      end = match.index + match[0].length;
    }
    if (end < value.length) parts.push(value.slice(end));
    const { scheme } = splitScheme(value);
    // A secret of which the variable is only a part is asked for as a whole.
    const isPartly = parts.some((part) => typeof part === 'string' && isSecretValue(splitScheme(part).rest));
    return isPartly ? [scheme, { from: header, value: null }].filter((part) => part !== '') : parts;
  }
  const { scheme, rest } = splitScheme(value);
  if (rest === '' || !isSecretHeader(header, rest)) return [value];
  return [scheme, { from: header, value: rest }].filter((part) => part !== '');
}

function toField({ from }: Place, index: number, all: readonly Place[]): string {
  const name = from.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^[^A-Za-z_]+/, '') || 'value';
  const first = all.findIndex((other) => other.from === from);
  return first === index ? name : `${name}_${index + 1}`;
}
