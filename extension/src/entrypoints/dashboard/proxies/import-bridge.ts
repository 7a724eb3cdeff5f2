// Programs that only carry a remote MCP server to a client which starts programs: what they carry can be imported.

interface Bridge {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As npm calls them, with or without a version. */
const bridges = /^(mcp-remote|@latitude-data\/mcp-remote|supergateway)(@[\w.-]+)?$/;
const packageRunners = /(^|[\\/])(npx|bunx|pnpm|pnpx|yarn|deno|node|cmd)(\.cmd|\.exe)?$/i;

/** The address and headers that such a command names; null for any other command. */
export function findBridge(
  command: string | undefined,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Bridge | null {
  if (command === undefined) return null;
  const isBridge = bridges.test(command) || (packageRunners.test(command) && args.some((arg) => bridges.test(arg)));
  const url = args.find((arg) => /^https?:\/\//i.test(arg));
  if (!isBridge || url === undefined) return null;
  const headers = args.flatMap((arg, index) => (arg === '--header' ? (args[index + 1] ?? []) : []));
  return { url, headers: Object.fromEntries(headers.flatMap((header) => toHeader(header, env))) };
}

/** Its variables are those of the command's own environment. */
function toHeader(header: string, env: Readonly<Record<string, string>>): [string, string][] {
  const colon = header.indexOf(':');
  if (colon < 1) return [];
  const value = header.slice(colon + 1).trim();
  const filled = value.replace(/\$\{([^}]+)\}/g, (place, name: string) =>
    Object.hasOwn(env, name) ? (env[name] ?? place) : place,
  );
  return [[header.slice(0, colon).trim(), filled]];
}
