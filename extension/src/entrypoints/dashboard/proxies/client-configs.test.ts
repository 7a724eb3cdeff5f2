import { expect, test } from 'vitest';
import { type ConfiguredProxy, clientLabels, clientsOf, keyPlaceholder, toClientConfig } from './client-configs.ts';

const server = 'https://keytrail.example.com';
const url = `${server}/mcp/p/github`;
const github: ConfiguredProxy = { kind: 'mcp', name: 'github', keyInUrl: true, key: 'kt_proxy_test' };
const bearer = { Authorization: 'Bearer kt_proxy_test' };

test('Claude Code is told by a command', () => {
  expect(toClientConfig('claude_code', server, [github])).toBe(
    `claude mcp add --transport http github ${url} \\\n  --header "Authorization: Bearer kt_proxy_test"`,
  );
});

test.each<[Parameters<typeof toClientConfig>[0], object]>([
  ['cursor', { mcpServers: { github: { url, headers: bearer } } }],
  ['vscode', { servers: { github: { type: 'http', url, headers: bearer } } }],
  ['gemini_cli', { mcpServers: { github: { httpUrl: url, headers: bearer } } }],
  [
    'claude_desktop',
    {
      mcpServers: {
        github: {
          command: 'npx',
          args: ['-y', 'mcp-remote', url, '--header', 'Authorization:${AUTH_HEADER}'],
          env: { AUTH_HEADER: 'Bearer kt_proxy_test' },
        },
      },
    },
  ],
])('%s', (client, config) => {
  expect(JSON.parse(toClientConfig(client, server, [github]))).toEqual(config);
});

test('Codex reads TOML', () => {
  expect(toClientConfig('codex', server, [github])).toBe(
    `[mcp_servers.github]\nurl = "${url}"\nhttp_headers = { "Authorization" = "Bearer kt_proxy_test" }`,
  );
});

test('a bridge is told where the way to the server is not encrypted', () => {
  expect(toClientConfig('claude_desktop', 'http://10.0.0.7:3210', [github])).toContain('--allow-http');
  expect(toClientConfig('claude_desktop', 'http://127.0.0.1:3210', [github])).not.toContain('--allow-http');
});

test('several proxies share one file', () => {
  const config = JSON.parse(toClientConfig('cursor', server, [github, { ...github, name: 'linear' }]));
  expect(Object.keys(config.mcpServers)).toEqual(['github', 'linear']);
});

test('the key is in the address only where the proxy takes it from there', () => {
  expect(toClientConfig('url', server, [github])).toBe(`${url}?key=kt_proxy_test`);
  expect(clientsOf(github)).toContain('url');
  expect(clientsOf({ ...github, keyInUrl: false })).not.toContain('url');
});

test('a key that is no longer known leaves a placeholder, in every text', () => {
  for (const kind of ['mcp', 'http'] as const) {
    const proxy = { kind, name: 'github', keyInUrl: true };
    for (const client of clientsOf(proxy)) {
      const text = toClientConfig(client, server, [proxy]);
      expect(text, clientLabels[client]).toContain(keyPlaceholder);
      expect(text, clientLabels[client]).toContain(`${server}/${kind}/p/github`);
    }
  }
});
