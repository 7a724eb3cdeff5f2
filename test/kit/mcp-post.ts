// One JSON-RPC message, or a batch, posted to an MCP endpoint as a client does it, without a client between.

export function postMcp(
  endpoint: string,
  bearer: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** A call of a tool without arguments. */
export function toToolCall(name: string, id: number | string = 1) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } };
}

/** Begins a session; answers the header that its requests carry. */
export async function beginSession(endpoint: string, bearer: string): Promise<Record<string, string>> {
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'program', version: '1.0.0' },
  };
  const answer = await postMcp(endpoint, bearer, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  await answer.text();
  const session = answer.headers.get('mcp-session-id');
  if (session === null) throw new Error(`no session in an answer of status ${answer.status}`);
  return { 'mcp-session-id': session };
}
