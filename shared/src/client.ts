// Which kind of program made a request, read from the protocol it speaks and its user agent.
// Anyone can set a user agent: the kind describes, it does not prove.

/** The kinds a filter offers, in the order it shows them. */
export const clientKinds = ['browser', 'cli', 'mcp_python', 'nodejs', 'other'] as const;
export type ClientKind = (typeof clientKinds)[number];

/** The names people read. */
export const clientKindLabels: Record<ClientKind, string> = {
  browser: 'Browser',
  cli: 'CLI',
  mcp_python: 'MCP/Python',
  nodejs: 'Node.js',
  other: 'Other',
};

/** First match wins: programs that imitate a browser's string stand before the browsers. */
const userAgentKinds: readonly (readonly [RegExp, ClientKind])[] = [
  [/claude-(code|cli)|codex|cursor\/|electron\//i, 'mcp_python'],
  [/windowspowershell/i, 'cli'],
  [/compatible;/i, 'other'],
  [/^mozilla\/.*(chrome|firefox|safari)\//i, 'browser'],
  [/python/i, 'mcp_python'],
  [/^(node|undici|node-fetch|axios|got|bun|deno)\b/i, 'nodejs'],
  [/^(curl|wget|httpie|xh|postman|insomnia|github cli|libwww-perl|go-http|java-http|reqwest|okhttp|ruby)/i, 'cli'],
];

/**
 * Classifies a client.
 * @param userAgent the User-Agent header, if any.
 * @param speaksMcp true when the request came over MCP, which outweighs the user agent.
 */
export function toClientKind(userAgent: string | undefined, speaksMcp = false): ClientKind {
  if (speaksMcp) return 'mcp_python';
  if (userAgent === undefined) return 'other';
  return userAgentKinds.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other';
}
