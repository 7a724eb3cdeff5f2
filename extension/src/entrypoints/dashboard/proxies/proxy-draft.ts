// The proxy form's state, and its way to and from what the server takes.

import { type CredentialSummary, findMainField, releasableFields } from '@keytrail/shared/credential';
import type { ProxyInput, ProxyKind, ProxySummary, RouteMethod, ToolAccess } from '@keytrail/shared/proxy';
import { proxyInput, templatesOf } from '@keytrail/shared/proxy-schema';
import { fieldsOfTemplates, parseTemplate } from '@keytrail/shared/proxy-template';
import type { z } from 'zod';
import type { ListDraft } from '../policies/rule-draft.ts';
import { strings } from '../strings.ts';
import { toFreeName } from './proxy-name.ts';
import type { ProxyTemplate } from './proxy-templates.ts';

const text = strings.proxies.errors;

/** A header or a query parameter, as typed. */
export interface PairDraft {
  /** Tells rows apart while their names change. */
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

export interface RouteDraft {
  readonly key: number;
  readonly method: RouteMethod;
  readonly path: string;
}

/** What was typed for the other kind is kept until the form is sent. */
export interface ProxyDraft {
  readonly kind: ProxyKind;
  readonly name: string;
  readonly upstreamUrl: string;
  /** Empty: none. */
  readonly credentialId: string;
  readonly headers: readonly PairDraft[];
  readonly query: readonly PairDraft[];
  readonly basic: { readonly on: boolean; readonly username: string; readonly password: string };
  readonly toolMode: ToolAccess['mode'];
  readonly tools: ListDraft;
  readonly routes: readonly RouteDraft[];
  readonly keyInUrl: boolean;
  readonly enabled: boolean;
}

/** Sentences by place: a member's name, or `headers.<key>`, `query.<key>`, `routes.<key>`; `.value` behind it where only that is wrong. */
export type DraftErrors = Readonly<Record<string, string>>;

/** What the server takes. */
export type ProxyBody = z.infer<typeof proxyInput>;

type Outcome = { readonly ok: true; readonly value: ProxyBody } | { readonly ok: false; readonly errors: DraftErrors };

/** An empty form: most upstreams want a bearer token, so it begins with one. */
export function emptyDraft(kind: ProxyKind = 'mcp'): ProxyDraft {
  return {
    kind,
    name: '',
    upstreamUrl: '',
    credentialId: '',
    headers: [{ key: 0, name: 'authorization', value: 'Bearer ${TOKEN}' }],
    query: [],
    basic: toBasic(null),
    toolMode: 'all',
    tools: { entries: [], typed: '' },
    routes: [],
    keyInUrl: false,
    enabled: true,
  };
}

/** A template as the form begins with it, under a name that is free, with a credential of its service where there is one. */
export function fromTemplate(
  template: ProxyTemplate,
  taken: readonly string[],
  credentials: readonly Pick<CredentialSummary, 'id' | 'service'>[],
): ProxyDraft {
  const { kind, upstreamUrl, service, headers = {}, query = {}, basicAuth } = template;
  return {
    ...emptyDraft(kind),
    name: toFreeName(service, taken),
    upstreamUrl,
    credentialId: credentials.find((credential) => credential.service === service)?.id ?? '',
    headers: toPairs(headers),
    query: toPairs(query),
    basic: toBasic(basicAuth ?? null),
  };
}

/** The form of a stored proxy. */
export function toDraft(proxy: ProxySummary): ProxyDraft {
  return {
    kind: proxy.kind,
    name: proxy.name,
    upstreamUrl: proxy.upstreamUrl,
    credentialId: proxy.credentialId ?? '',
    headers: toPairs(proxy.headers),
    query: toPairs(proxy.query),
    basic: toBasic(proxy.basicAuth),
    toolMode: proxy.toolAccess.mode,
    tools: { entries: proxy.toolAccess.names, typed: '' },
    routes: proxy.routes.map((route, key) => ({ ...route, key })),
    keyInUrl: proxy.keyInUrl,
    enabled: proxy.enabled,
  };
}

/** The proxy, or what is wrong with the form. @param credential the chosen one, where there is one. */
export function toProxy(draft: ProxyDraft, credential: CredentialSummary | undefined): Outcome {
  const twice = findTwice(draft);
  if (Object.keys(twice).length > 0) return { ok: false, errors: twice };
  const parsed = proxyInput.safeParse(toBody(draft));
  if (!parsed.success) return { ok: false, errors: toErrors(draft, parsed.error.issues) };
  const missing = findMissing(parsed.data, credential);
  return missing === undefined ? { ok: true, value: parsed.data } : { ok: false, errors: { credentialId: missing } };
}

/** What templates may name of a credential. */
export function placesOf(credential: CredentialSummary): string[] {
  return releasableFields(credential.kind, credential.secretFields, { ...credential.public });
}

function toBody(draft: ProxyDraft) {
  const isHttp = draft.kind === 'http';
  const names = [...new Set([...draft.tools.entries, draft.tools.typed.trim()])].filter((name) => name !== '');
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    upstreamUrl: draft.upstreamUrl.trim(),
    credentialId: draft.credentialId === '' ? null : draft.credentialId,
    headers: fromPairs(draft.headers),
    query: isHttp ? fromPairs(draft.query) : {},
    basicAuth: isHttp && draft.basic.on ? { username: draft.basic.username, password: draft.basic.password } : null,
    toolAccess: isHttp || draft.toolMode === 'all' ? { mode: 'all', names: [] } : { mode: draft.toolMode, names },
    routes: isHttp ? draft.routes.map(({ method, path }) => ({ method, path: path.trim() })) : [],
    keyInUrl: draft.keyInUrl,
    enabled: draft.enabled,
  };
}

const toPairs = (values: Readonly<Record<string, string>>): PairDraft[] =>
  Object.entries(values).map(([name, value], key) => ({ key, name, value }));

/** Rows left wholly empty are none. */
const filled = (pairs: readonly PairDraft[]) => pairs.filter(({ name, value }) => name.trim() !== '' || value !== '');

const fromPairs = (pairs: readonly PairDraft[]) =>
  Object.fromEntries(filled(pairs).map(({ name, value }) => [name.trim(), value]));

function toBasic(stored: ProxyInput['basicAuth']): ProxyDraft['basic'] {
  return stored === null ? { on: false, username: '${FIELD:username}', password: '${TOKEN}' } : { on: true, ...stored };
}

/** A record cannot hold a name twice: the second would silently win. */
function findTwice(draft: ProxyDraft): DraftErrors {
  const groups = draft.kind === 'http' ? (['headers', 'query'] as const) : (['headers'] as const);
  const wrong = groups.flatMap((group) => {
    const seen = new Set<string>();
    return filled(draft[group]).flatMap(({ key, name }): [string, string][] => {
      const same = group === 'headers' ? name.trim().toLowerCase() : name.trim();
      if (same === '') return [[`${group}.${key}`, text.nameMissing]];
      if (seen.has(same)) return [[`${group}.${key}`, text.twice]];
      seen.add(same);
      return [];
    });
  });
  return Object.fromEntries(wrong);
}

/** A template that names what the credential does not have would refuse every call. */
function findMissing(input: ProxyInput, credential: CredentialSummary | undefined): string | undefined {
  if (credential === undefined) return undefined;
  const has = placesOf(credential);
  const tokenField = findMainField(credential.kind, credential.secretFields);
  const missing = fieldsOfTemplates(templatesOf(input), tokenField).filter((name) => !has.includes(name));
  if (missing.length === 0) return undefined;
  return missing.includes('${TOKEN}') ? text.noMainField : text.noField(missing.join(', '));
}

/** Puts each complaint at the control that can mend it. */
function toErrors(draft: ProxyDraft, issues: readonly z.core.$ZodIssue[]): DraftErrors {
  const errors: Record<string, string> = {};
  for (const issue of issues) {
    const place = toPlace(draft, issue);
    errors[place] ??= toSentence(draft, place, issue);
  }
  return errors;
}

function toPlace(draft: ProxyDraft, { path: [member, part], code }: z.core.$ZodIssue): string {
  if (member === 'headers' || member === 'query') {
    const row = filled(draft[member]).find(({ name }) => sameName(member, name, String(part)));
    if (row === undefined) return member;
    return code === 'invalid_key' ? `${member}.${row.key}` : `${member}.${row.key}.value`;
  }
  if (member === 'routes' && typeof part === 'number') return `routes.${draft.routes[part]?.key}`;
  return member === undefined ? 'form' : String(member);
}

const sameName = (member: 'headers' | 'query', name: string, other: string) =>
  member === 'headers' ? name.trim().toLowerCase() === other.toLowerCase() : name.trim() === other;

function toSentence(draft: ProxyDraft, place: string, issue: z.core.$ZodIssue): string {
  if (place === 'name') return draft.name.trim() === '' ? text.required : text.name;
  if (place === 'upstreamUrl' && draft.upstreamUrl.trim() === '') return text.required;
  if (place === 'upstreamUrl' && issue.code === 'invalid_format') return text.url;
  if (place === 'credentialId') return text.credential;
  if (place === 'basicAuth') return text.basicTwice;
  if (issue.code === 'too_big') return text.tooLong;
  const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message;
  return message === undefined ? text.invalid : toWholeSentence(message);
}

// The rules of `shared` speak as parts of a sentence, such as "must be a header name".
function toWholeSentence(part: string): string {
  return `${part.charAt(0).toUpperCase()}${part.slice(1)}${part.endsWith('.') ? '' : '.'}`;
}

/** What is wrong with a template while it is being typed; undefined while all is well. */
export function findTemplateError(template: string): string | undefined {
  return parseTemplate(template) === null ? text.place : undefined;
}
