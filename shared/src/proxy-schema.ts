// What a proxy must look like where it comes in: form, API and stored JSON share it.

import { z } from 'zod';
import { withoutProto } from './credential.ts';
import { type ProxyInput, proxyKinds, routeMethods } from './proxy.ts';
import { parseTemplate } from './proxy-template.ts';

export const proxyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a short name such as github: small letters, digits and dashes');

/** Headers that belong to the connection or to the proxy itself, and never to a template. */
const reservedHeader =
  /^(host|content-length|content-encoding|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept-encoding|proxy-.*|mcp-.*|last-event-id)$/;

const headerName = z
  .string()
  .max(100)
  .toLowerCase()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/, 'must be a header name')
  .refine((name) => !reservedHeader.test(name), 'is a header that the proxy sets by itself');

const template = z
  .string()
  .max(2000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not hold line breaks')
  .refine((text) => parseTemplate(text) !== null, `takes only the places \${TOKEN} and \${FIELD:name}`);

// Header values are bytes: what is beyond Latin-1 cannot be sent.
const headerTemplate = template.refine(
  (text) => [...text].every((character) => character <= '\u00ff'),
  'must be Latin letters',
);

const upstreamUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => !hasLogin(text), 'must not hold a user name or password: inject them instead')
  .refine((text) => !text.includes('#'), 'must not hold a fragment');

/** Exact, or any rest behind a star at the end. Without dots that climb. */
const routePath = z
  .string()
  .max(500)
  .regex(/^\/[^\s?#*\\]*\*?$/, 'must begin with a slash; a star may stand at its end')
  .refine((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path), 'must not hold . or .. as a part');

const few = (key: z.ZodType<string, string>, value: z.ZodType<string, string>) =>
  withoutProto<string>()
    .pipe(z.record(key, value))
    .refine((values) => Object.keys(values).length <= 20, 'holds 20 at most');

const whole = z.strictObject({
  name: proxyName,
  kind: z.enum(proxyKinds),
  upstreamUrl,
  credentialId: z.uuid().nullable(),
  headers: few(headerName, headerTemplate),
  query: few(z.string().min(1).max(100), template),
  basicAuth: z.strictObject({ username: template, password: template }).nullable(),
  toolAccess: z.strictObject({
    mode: z.enum(['all', 'only', 'except']),
    names: z.array(z.string().min(1).max(200)).max(500).default([]),
  }),
  routes: z.array(z.strictObject({ method: z.enum(routeMethods), path: routePath })).max(100),
  keyInUrl: z.boolean(),
  enabled: z.boolean(),
});

/** A proxy as its owner writes it. An edit says all of it: what it left out would go back to where it began. */
export const proxyEdit = whole.superRefine(verifyWhole) satisfies z.ZodType<ProxyInput>;

/** A new proxy, of which most may be left out. */
export const proxyInput = whole
  .extend({
    credentialId: whole.shape.credentialId.default(null),
    headers: whole.shape.headers.default({}),
    query: whole.shape.query.default({}),
    basicAuth: whole.shape.basicAuth.default(null),
    toolAccess: whole.shape.toolAccess.default({ mode: 'all', names: [] }),
    routes: whole.shape.routes.default([]),
    keyInUrl: whole.shape.keyInUrl.default(false),
    enabled: whole.shape.enabled.default(true),
  })
  .superRefine(verifyWhole) satisfies z.ZodType<ProxyInput>;

function verifyWhole(input: ProxyInput, issues: z.core.$RefinementCtx): void {
  const refuse = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message });
  if (input.kind === 'mcp') {
    if (Object.keys(input.query).length > 0) refuse('query', 'is for HTTP proxies');
    if (input.basicAuth !== null) refuse('basicAuth', 'is for HTTP proxies');
    if (input.routes.length > 0) refuse('routes', 'is for HTTP proxies');
  } else if (input.toolAccess.mode !== 'all') {
    refuse('toolAccess', 'is for MCP proxies');
  }
  if (input.basicAuth !== null && 'authorization' in input.headers) {
    refuse('basicAuth', 'and an authorization header cannot both be injected');
  }
  if (input.credentialId === null && templatesOf(input).some((text) => text.includes('${'))) {
    refuse('credentialId', 'must be chosen, since something of it is to be injected');
  }
}

/** Everything of a proxy that may hold places. */
export function templatesOf({
  headers,
  query,
  basicAuth,
}: Pick<ProxyInput, 'headers' | 'query' | 'basicAuth'>): string[] {
  return [
    ...Object.values(headers),
    ...Object.values(query),
    ...(basicAuth === null ? [] : [basicAuth.username, basicAuth.password]),
  ];
}

function hasLogin(text: string): boolean {
  // zod asks this also of what it has found to be no address.
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
