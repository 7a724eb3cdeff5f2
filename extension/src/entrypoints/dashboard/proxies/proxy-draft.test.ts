import type { CredentialSummary } from '@keytrail/shared/credential';
import { expect, test } from 'vitest';
import { emptyDraft, type ProxyDraft, toDraft, toProxy } from './proxy-draft.ts';

const id = '0198c5f0-0000-7000-8000-000000000001';
const at = '2026-01-01T00:00:00.000Z';
const credential: CredentialSummary = {
  id,
  kind: 'fields',
  service: 'datadog',
  label: 'datadog',
  tags: [],
  public: {},
  secretFields: ['api_key', 'notes'],
  version: 1,
  createdAt: at,
  updatedAt: at,
  lastUsedAt: null,
  refresh: null,
  expiresAt: null,
};

const mcp: ProxyDraft = {
  ...emptyDraft(),
  name: 'github',
  upstreamUrl: 'https://mcp.example.com/mcp',
  credentialId: id,
};
const http: ProxyDraft = { ...mcp, kind: 'http' };

function errorsOf(draft: ProxyDraft, chosen?: CredentialSummary) {
  const outcome = toProxy(draft, chosen);
  return outcome.ok ? {} : outcome.errors;
}

test('what belongs to the other kind is not sent', () => {
  const both: ProxyDraft = {
    ...mcp,
    query: [{ key: 0, name: 'appid', value: '${TOKEN}' }],
    headers: [],
    basic: { on: true, username: 'a', password: '${TOKEN}' },
    toolMode: 'only',
    tools: { entries: ['search'], typed: ' create_issue ' },
    routes: [{ key: 0, method: 'GET', path: ' /v1/* ' }],
  };
  expect(toProxy(both, undefined)).toMatchObject({
    ok: true,
    value: { query: {}, basicAuth: null, routes: [], toolAccess: { mode: 'only', names: ['search', 'create_issue'] } },
  });
  expect(toProxy({ ...both, kind: 'http' }, undefined)).toMatchObject({
    ok: true,
    value: {
      query: { appid: '${TOKEN}' },
      basicAuth: { username: 'a', password: '${TOKEN}' },
      routes: [{ method: 'GET', path: '/v1/*' }],
      toolAccess: { mode: 'all', names: [] },
    },
  });
});

test('a stored proxy comes back as it was', () => {
  const outcome = toProxy({ ...http, routes: [{ key: 0, method: '*', path: '/v1/*' }] }, undefined);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  const stored = {
    ...outcome.value,
    id,
    version: 3,
    credential: null,
    keys: [],
    createdAt: at,
    updatedAt: at,
    lastUsedAt: null,
  };
  expect(toProxy(toDraft(stored), undefined)).toEqual(outcome);
});

const pair = (name: string, value: string) => [{ key: 7, name, value }];

test.each<[string, ProxyDraft, string, RegExp]>([
  ['no name', { ...mcp, name: ' ' }, 'name', /needed/],
  ['capitals in the name', { ...mcp, name: 'GitHub' }, 'name', /Small letters/],
  ['no address', { ...mcp, upstreamUrl: '' }, 'upstreamUrl', /needed/],
  ['no address at all', { ...mcp, upstreamUrl: 'github' }, 'upstreamUrl', /web address/],
  ['a login in the address', { ...mcp, upstreamUrl: 'https://a:b@example.com' }, 'upstreamUrl', /user name/],
  ['a place without a credential', { ...mcp, credentialId: '' }, 'credentialId', /Choose/],
  ['an unknown place', { ...mcp, headers: pair('x-key', '${SECRET}') }, 'headers.7.value', /places/],
  ['a header of the connection', { ...mcp, headers: pair('Host', 'a') }, 'headers.7', /sets by itself/],
  ['no header at all', { ...mcp, headers: pair('not a header', 'a') }, 'headers.7', /header name/],
  ['a header without a name', { ...mcp, headers: pair('', 'a') }, 'headers.7', /name/],
  ['a line break in a parameter', { ...http, query: pair('q', 'a\nb') }, 'query.7.value', /line breaks/],
  ['a climbing route', { ...http, routes: [{ key: 7, method: '*', path: '/v1/../*' }] }, 'routes.7', /\.\./],
  ['two ways to sign in', { ...http, basic: { on: true, username: 'a', password: 'b' } }, 'basicAuth', /itself/],
])('%s is said where it can be mended', (_, draft, place, sentence) => {
  expect(errorsOf(draft)).toEqual({ [place]: expect.stringMatching(sentence) });
});

test('a header that is there twice is said at the second', () => {
  const headers = [
    { key: 0, name: 'X-Key', value: 'a' },
    { key: 1, name: 'x-key', value: 'b' },
  ];
  expect(errorsOf({ ...mcp, headers })).toEqual({ 'headers.1': expect.stringMatching(/twice/) });
});

test('a field that the credential does not have is said, one that it has is not', () => {
  const field = (name: string) => ({ ...mcp, headers: pair('x-key', `\${FIELD:${name}}`) });
  expect(errorsOf(field('api_key'), credential)).toEqual({});
  expect(errorsOf(field('app_key'), credential)).toEqual({ credentialId: expect.stringMatching(/app_key/) });
});

test('${TOKEN} of a credential with several values is said to need a name', () => {
  const several = { ...credential, secretFields: ['api_key', 'application_key'] };
  const draft = { ...mcp, headers: pair('x-key', '${TOKEN}') };
  expect(errorsOf(draft, credential)).toEqual({});
  expect(errorsOf(draft, several)).toEqual({ credentialId: expect.stringMatching(/name its fields/) });
});
