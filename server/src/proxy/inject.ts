// What goes to an upstream: the caller's headers without what is about the caller or this server, and above them what the
// proxy injects. Pure.

import { AppError } from '@keytrail/shared/errors';
import { holdsKey } from '@keytrail/shared/ids';
import type { ProxyInput } from '@keytrail/shared/proxy';
import { fillTemplate } from '@keytrail/shared/proxy-template';
import { toLoopHeader } from './loop.ts';

type Templates = Pick<ProxyInput, 'upstreamUrl' | 'headers' | 'query' | 'basicAuth'>;

/** The values that templates name, and what `${TOKEN}` stands for. */
export interface Injected {
  readonly values: Readonly<Record<string, string>>;
  readonly tokenField: string | null;
  /** What they are of; null where nothing is injected. */
  readonly credential: { readonly public: object } | null;
}

/** The values that must not come back. A user name is none: answers are full of it, and anybody may see it. */
export function toSecrets({ values, credential }: Injected): string[] {
  const open = Object.keys(credential?.public ?? {});
  return Object.entries(values).flatMap(([field, value]) => (open.includes(field) ? [] : [value]));
}

/** What was made of secrets for a header: basic authentication may come back as a whole, or as what it says. */
export function toMadeSecrets({ authorization }: Readonly<Record<string, string | string[]>>): string[] {
  const encoded = typeof authorization === 'string' ? /^Basic +(\S+)$/i.exec(authorization)?.[1] : undefined;
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return [encoded, pair, pair.slice(pair.indexOf(':') + 1)];
}

/**
 * Headers of one connection, or that say who the caller is and by which way they came. What the caller proves itself by is
 * for this server alone.
 */
const dropped =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|authorization|cookie|cookie2|x-api-key|api-key|x-auth-token|x-forwarded-.*|forwarded|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-.*|fastly-.*|via|origin|referer|sec-.*|accept-encoding|content-length)$/;

/** Makes of the call another than the one that was judged and recorded. */
const rewriting = /^(x-http-method(-override)?|x-method-override|x-original-url|x-rewrite-url)$/;

/** The same in a query: common names of method-override, of Symfony and of Salesforce. */
const rewritingParameter = /^(_method|_httpmethod|x-http-method(-override)?|x-method-override)$/i;

/** With an underscore they pass what is checked here, and a program behind CGI reads them all the same. */
const checked = /^(mcp-.*|last-event-id)$/;

// A secret that comes back in pieces would not be recognised.
const partial = /^(range|if-range)$/;

// A line break would end a header, and begin another.
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** The headers of a call on its way out. Throws `not_injectable` for a value that no header can carry. `given`: the caller's, by name in lower case. `nodeName`: through whom it goes. */
export function toUpstreamHeaders(
  given: Readonly<Record<string, string | string[] | undefined>>,
  templates: Templates,
  { values, tokenField }: Injected,
  nodeName: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  // A header that the caller names in Connection is of this connection, too.
  const hops = [given.connection ?? []].flat().flatMap((text) => text.toLowerCase().split(/[\s,]+/));
  for (const [name, value] of Object.entries(withoutInjected(given, templates))) {
    if (value === undefined || hops.includes(name)) continue;
    const plain = toPlainName(name);
    if ([dropped, rewriting, partial].some((names) => names.test(plain)) || [value].flat().some(holdsKey)) continue;
    if (plain !== name && checked.test(plain)) continue;
    headers[name] = value;
  }
  for (const [name, template] of Object.entries(templates.headers)) {
    const value = fillTemplate(template, values, tokenField);
    if (!headerValue.test(value)) throw new AppError('not_injectable', { message: `header ${name} cannot carry it` });
    headers[name.toLowerCase()] = value;
  }
  if (templates.basicAuth !== null) {
    const { username, password } = templates.basicAuth;
    const pair = [username, password].map((template) => fillTemplate(template, values, tokenField)).join(':');
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  // What is compressed cannot be searched for what must not come back.
  headers['accept-encoding'] = 'identity';
  return { ...headers, ...toLoopHeader(given, nodeName) };
}

/** The caller's headers without those that an upstream might take for one that is injected. */
export function withoutInjected<Value>(
  given: Readonly<Record<string, Value>>,
  { headers }: Pick<Templates, 'headers'>,
): Record<string, Value> {
  const injected = Object.keys(headers).map(toPlainName);
  return Object.fromEntries(Object.entries(given).filter(([name]) => !injected.includes(toPlainName(name))));
}

/** Programs behind CGI and its like (RFC 3875 §4.1.18) cannot tell an underscore from a dash, nor which of two was ours. */
function toPlainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * The address of a call: `rest` below the upstream's own, the caller's query as they wrote it, without what names a parameter
 * that the upstream's address has already, that is injected, or that makes another call of it.
 * @param rest path and query as the caller wrote them, beginning with a slash; null: the upstream's address itself.
 */
export function toUpstreamUrl(rest: string | null, templates: Templates, { values, tokenField }: Injected): URL {
  const url = new URL(templates.upstreamUrl);
  const [path = '', ...query] = (rest ?? '').split('?');
  if (rest !== null) url.pathname = url.pathname.replace(/\/$/, '') + path;
  const injected = new URLSearchParams();
  for (const [name, template] of Object.entries(templates.query)) {
    injected.set(name, fillTemplate(template, values, tokenField));
  }
  const own = toParts(url.search.slice(1)).filter((part) => !toNames(part).some((name) => injected.has(name)));
  const taken = [...own.flatMap(toNames), ...injected.keys()];
  const passed = toParts(query.join('?')).filter(
    (part) => !toNames(part).some((name) => taken.includes(name) || rewritingParameter.test(name)),
  );
  url.search = [...own, ...passed, ...toParts(injected.toString())].join('&');
  return url;
}

function toParts(query: string): string[] {
  return query.split('&').filter((part) => part !== '');
}

/** What a part of a query names, also for an upstream that parts at semicolons. */
function toNames(part: string): string[] {
  return part.split(';').flatMap((piece) => [...new URLSearchParams(piece).keys()]);
}
