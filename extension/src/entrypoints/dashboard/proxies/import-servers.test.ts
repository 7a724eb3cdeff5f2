import { proxyInput } from '@keytrail/shared/proxy-schema';
import { expect, test } from 'vitest';
import { type ImportedServer, parseServers } from './import-servers.ts';

const secret = 'pasted-secret-0123456789';

function read(config: unknown, taken: readonly string[] = []): readonly ImportedServer[] {
  const result = parseServers(typeof config === 'string' ? config : JSON.stringify(config), taken);
  if (result.kind !== 'servers') throw new Error(result.kind);
  return result.servers;
}

const readOne = (server: unknown) => read({ mcpServers: { 'My Server': server } })[0];
const url = 'https://mcp.example.com/mcp';

test('address and headers are recognised; a pasted secret is set apart and leaves its place', () => {
  const server = readOne({ url, headers: { Authorization: `Bearer ${secret}`, 'X-Toolsets': 'repos,issues' } });
  expect(server).toMatchObject({
    kind: 'proxy',
    proxy: {
      name: 'my-server',
      kind: 'mcp',
      upstreamUrl: url,
      headers: { authorization: 'Bearer ${TOKEN}', 'x-toolsets': 'repos,issues' },
    },
    secrets: [{ from: 'authorization', value: secret }],
    leftOut: [],
  });
  expect(JSON.stringify(server?.kind === 'proxy' && server.proxy)).not.toContain(secret);
});

test.each([
  ['mcpServers', { mcpServers: { a: { url } } }],
  ['VS Code', { inputs: [], servers: { a: { type: 'http', url } } }],
  ['VS Code settings', { mcp: { servers: { a: { type: 'http', url } } } }],
  ['Gemini', { mcpServers: { a: { httpUrl: url } } }],
  ['Windsurf', { mcpServers: { a: { serverUrl: url } } }],
  ['bare', { a: { type: 'streamable-http', url } }],
  ['a member without braces', `"a": { "url": "${url}" },`],
  ['a wrapped member without braces', `"mcpServers": { "a": { "url": "${url}" } }`],
])('%s', (_, config) => {
  expect(read(config)).toMatchObject([{ kind: 'proxy', proxy: { name: 'a', upstreamUrl: url, headers: {} } }]);
});

test('one server without a name takes its host', () => {
  expect(read({ url })).toMatchObject([{ title: 'mcp.example.com', proxy: { name: 'mcp-example-com' } }]);
});

test.each([
  ['${TOKEN_OF_MINE}', 'TOKEN_OF_MINE'],
  ['${env:TOKEN_OF_MINE}', 'TOKEN_OF_MINE'],
  ['${input:token-of-mine}', 'token-of-mine'],
  ['$TOKEN_OF_MINE', 'TOKEN_OF_MINE'],
])('%s is a secret whose value is asked for', (value, from) => {
  expect(readOne({ url, headers: { 'x-api-key': value } })).toMatchObject({
    proxy: { headers: { 'x-api-key': '${TOKEN}' } },
    secrets: [{ from, value: null }],
  });
});

test('several secrets become named fields; the same value or variable is one of them', () => {
  const server = readOne({
    url,
    headers: {
      Authorization: 'Bearer ${env:A}',
      'X-Api-Key': secret,
      'X-Same-Token': secret,
      'X-Other': 'a=${A};b=${input:b}',
    },
  });
  expect(server).toMatchObject({
    proxy: {
      headers: {
        authorization: 'Bearer ${FIELD:A}',
        'x-api-key': '${FIELD:x_api_key}',
        'x-same-token': '${FIELD:x_api_key}',
        'x-other': 'a=${FIELD:A};b=${FIELD:b}',
      },
    },
    secrets: [
      { field: 'A', from: 'A', value: null },
      { field: 'x_api_key', from: 'x-api-key', value: secret },
      { field: 'b', from: 'b', value: null },
    ],
  });
});

test('a program that only bridges to an address is that address', () => {
  const args = ['-y', 'mcp-remote@latest', url, '--header', 'Authorization:${AUTH_HEADER}', '--allow-http'];
  expect(readOne({ command: 'npx', args, env: { AUTH_HEADER: `Bearer ${secret}` } })).toMatchObject({
    kind: 'proxy',
    proxy: { upstreamUrl: url, headers: { authorization: 'Bearer ${TOKEN}' } },
    secrets: [{ from: 'authorization', value: secret }],
  });
});

test.each<[string, unknown, string]>([
  ['a program', { command: 'npx', args: ['-y', '@example/server', 'https://example.com'] }, 'stdio'],
  ['the older transport', { type: 'sse', url }, 'sse'],
  ['no address', { type: 'http' }, 'no_address'],
  ['an address with a variable', { url: 'https://${HOST}/mcp' }, 'address_variable'],
  ['an address with a secret', { url: `${url}?api_key=${secret}` }, 'address_secret'],
  ['an address with a login', { url: 'https://sam:pass@mcp.example.com/mcp' }, 'address_secret'],
  ['an address with a secret in its path', { url: `${url}/s/${'aB3'.repeat(10)}/mcp` }, 'address_secret'],
  ['an address with a key in its path', { url: `https://mcp.example.com/sk-live-abc/mcp` }, 'address_secret'],
  [
    'an address with a key of hex digits',
    { url: `https://mcp.example.com/fc-${'0a'.repeat(16)}/mcp` },
    'address_secret',
  ],
  ['an address that is none', { url: 'not an address' }, 'invalid'],
  ['a header that cannot be sent', { url, headers: { Authorization: `Bearer ${secret}`, 'X-Org': null } }, 'invalid'],
])('%s is refused', (_, server, why) => {
  expect(readOne(server)).toEqual({ kind: 'refused', title: 'My Server', why });
});

test.each([
  'https://mcp.example.com/v1/0198c5f0-0000-7000-8000-000000000001/mcp',
  'https://mcp.example.com/team-of-2026/mcp-server',
])('an identifier in an address is no secret: %s', (address) =>
  expect(readOne({ url: address })).toMatchObject({ kind: 'proxy', proxy: { upstreamUrl: address } }),
);

test('a number among the headers costs none of the others', () => {
  expect(readOne({ url, headers: { Authorization: `Bearer ${secret}`, 'X-Org': 5 } })).toMatchObject({
    proxy: { headers: { authorization: 'Bearer ${TOKEN}', 'x-org': '5' } },
    secrets: [{ from: 'authorization', value: secret }],
  });
});

test('of a secret that a variable is part of, nothing stays in the proxy', () => {
  expect(readOne({ url, headers: { Authorization: 'Bearer sk-live-abcdef${SUFFIX}' } })).toMatchObject({
    proxy: { headers: { authorization: 'Bearer ${TOKEN}' } },
    secrets: [{ from: 'authorization', value: null }],
  });
});

test('comments, commas at ends and the projects of a client are read', () => {
  const text = `{ // mine
    "mcpServers": { "a": { "url": "${url}", }, },
    "projects": { "/home/one": { "mcpServers": { "b": { "url": "${url}" } } }, "/home/two": {} },
  }`;
  const found = parseServers(text, []);
  expect(found.kind === 'servers' && found.servers.map(({ title }) => title)).toEqual(['a', 'b']);
});

test('a default in an address is taken; headers of the connection are left out', () => {
  expect(
    readOne({ url: '${BASE:-https://mcp.example.com}/mcp', headers: { Host: 'x.test', Accept: '*/*', 'X-A': '1' } }),
  ).toMatchObject({ proxy: { upstreamUrl: url, headers: { 'x-a': '1' } }, leftOut: ['host', 'accept'] });
});

test('names are free ones', () => {
  const names = read({ mcpServers: { 'Git Hub': { url }, 'git-hub': { url }, Ünï: { url }, '…': { url } } }, [
    'git-hub',
  ]);
  expect(names.map((server) => server.kind === 'proxy' && server.proxy.name)).toEqual([
    'git-hub-2',
    'git-hub-3',
    'n',
    'proxy',
  ]);
});

test('all that is imported can be saved once a credential is chosen', () => {
  for (const server of read({ mcpServers: { a: { url }, b: { url, headers: { 'X-Key': secret } } } })) {
    if (server.kind !== 'proxy') throw new Error(server.why);
    const credentialId = server.secrets.length > 0 ? '0198c5f0-0000-7000-8000-000000000001' : null;
    expect(proxyInput.safeParse({ ...server.proxy, credentialId }).success).toBe(true);
  }
});

test.each([
  ['', 'unreadable'],
  ['{ "mcpServers": ', 'unreadable'],
  ['[]', 'no_servers'],
  ['{"mcpServers": {}}', 'no_servers'],
  ['{"a": 1}', 'no_servers'],
  ['null', 'no_servers'],
])('%j: %s', (pasted, kind) => {
  expect(parseServers(pasted, [])).toEqual({ kind });
});
