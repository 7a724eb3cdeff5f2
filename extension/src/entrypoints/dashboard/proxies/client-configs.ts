// Ready-made configurations: what to paste into a client so that it calls proxies instead of their upstreams.

import { type ProxyKind, toProxyPath } from '@keytrail/shared/proxy';

export const mcpClients = ['claude_code', 'claude_desktop', 'cursor', 'vscode', 'codex', 'gemini_cli', 'url'] as const;
export const httpClients = ['curl', 'env', 'python'] as const;
export type ConfigClient = (typeof mcpClients)[number] | (typeof httpClients)[number];

export const clientLabels: Record<ConfigClient, string> = {
  claude_code: 'Claude Code',
  claude_desktop: 'Claude Desktop',
  cursor: 'Cursor',
  vscode: 'VS Code',
  codex: 'Codex',
  gemini_cli: 'Gemini CLI',
  url: 'Address only',
  curl: 'curl',
  env: 'Address and key',
  python: 'Python',
};

/** Where the text belongs; null: onto a command line, or into a program. */
export const configFiles: Record<ConfigClient, string | null> = {
  claude_code: null,
  claude_desktop: 'claude_desktop_config.json',
  cursor: '~/.cursor/mcp.json',
  vscode: '.vscode/mcp.json',
  codex: '~/.codex/config.toml',
  gemini_cli: '~/.gemini/settings.json',
  url: null,
  curl: null,
  env: null,
  python: null,
};

/** Stands where the key belongs once it is no longer known. */
export const keyPlaceholder = 'YOUR_PROXY_KEY';

export interface ConfiguredProxy {
  readonly kind: ProxyKind;
  readonly name: string;
  readonly keyInUrl: boolean;
  /** Known only right after it was made. */
  readonly key?: string | undefined;
}

/** The clients that a proxy is for. The bare address is among them only where it is enough. */
export function clientsOf({ kind, keyInUrl }: Pick<ConfiguredProxy, 'kind' | 'keyInUrl'>): readonly ConfigClient[] {
  if (kind === 'http') return httpClients;
  return mcpClients.filter((client) => client !== 'url' || keyInUrl);
}

/** The text for one client, with all of the proxies in it. @param server address of the server, without a slash at its end. */
export function toClientConfig(client: ConfigClient, server: string, proxies: readonly ConfiguredProxy[]): string {
  return writers[client](proxies.map((proxy) => toTarget(server, proxy)));
}

interface Target {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

function toTarget(server: string, { kind, name, key = keyPlaceholder }: ConfiguredProxy): Target {
  return { name, url: `${server}${toProxyPath({ kind, name })}`, key };
}

const writers: Record<ConfigClient, (targets: readonly Target[]) => string> = {
  claude_code: (targets) =>
    targets
      .map(
        ({ name, url, key }) =>
          `claude mcp add --transport http ${name} ${url} \\\n  --header "Authorization: Bearer ${key}"`,
      )
      .join('\n\n'),

  // It starts programs only: this one carries the calls. A space inside an argument is lost on Windows, so the header's value is a variable.
  claude_desktop: (targets) =>
    toServersJson('mcpServers', targets, ({ url, key }) => ({
      command: 'npx',
      args: [
        '-y',
        'mcp-remote',
        url,
        '--header',
        'Authorization:${AUTH_HEADER}',
        ...(needsLeave(url) ? ['--allow-http'] : []),
      ],
      env: { AUTH_HEADER: `Bearer ${key}` },
    })),

  cursor: (targets) => toServersJson('mcpServers', targets, ({ url, key }) => ({ url, headers: toHeaders(key) })),

  vscode: (targets) =>
    toServersJson('servers', targets, ({ url, key }) => ({ type: 'http', url, headers: toHeaders(key) })),

  codex: (targets) =>
    targets
      .map(
        ({ name, url, key }) =>
          `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}\nhttp_headers = { "Authorization" = ${JSON.stringify(`Bearer ${key}`)} }`,
      )
      .join('\n\n'),

  // `url` would be the older transport.
  gemini_cli: (targets) =>
    toServersJson('mcpServers', targets, ({ url, key }) => ({ httpUrl: url, headers: toHeaders(key) })),

  url: (targets) => targets.map(({ url, key }) => `${url}?key=${key}`).join('\n'),

  curl: (targets) =>
    targets
      .map(({ url, key }) => `curl --fail-with-body ${url}PATH \\\n  -H "authorization: Bearer ${key}"`)
      .join('\n\n'),

  // What the libraries of most services can be given in the place of their own.
  env: (targets) => targets.map(({ url, key }) => `BASE_URL=${url}\nAPI_KEY=${key}`).join('\n\n'),

  python: (targets) =>
    targets
      .map(
        ({ url, key }) =>
          `import json, urllib.request\n\nrequest = urllib.request.Request(\n    "${url}PATH",\n    headers={"authorization": "Bearer ${key}"},\n)\nwith urllib.request.urlopen(request) as response:\n    answer = json.load(response)`,
      )
      .join('\n\n'),
};

const toHeaders = (key: string) => ({ Authorization: `Bearer ${key}` });

function toServersJson(member: string, targets: readonly Target[], toEntry: (target: Target) => object): string {
  const servers = Object.fromEntries(targets.map((target) => [target.name, toEntry(target)]));
  return JSON.stringify({ [member]: servers }, null, 2);
}

/** The bridge refuses an address in the clear unless it is told, or it is this machine. */
function needsLeave(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
