// Callers of an MCP server for measurements: each with a session and a connection of its own, and no more work for a call
// than it takes to send it and to see that it was answered.

import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface Caller {
  /** Calls a tool, to the end of its answer. Throws for any answer but a result. */
  call(): Promise<void>;
  /** Opens a stream that stays open until it is left. */
  listen(): Promise<{ leave(): void }>;
  close(): void;
}

interface Endpoint {
  readonly url: string;
  readonly bearer: string;
}

const protocolVersion = '2025-11-25';

/** Begins a session. @param call the tool and its arguments. */
export async function openCaller(endpoint: Endpoint, call: { name: string; arguments: object }): Promise<Caller> {
  const agent = new Agent({ keepAlive: true });
  const session: Record<string, string> = {};
  const post = async (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const answer = await send(agent, endpoint, 'POST', session, body).answer;
    return { answer, text: await readText(answer) };
  };
  const clientInfo = { name: 'load', version: '1.0.0' };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const { answer } = await post({ id: 0, method: 'initialize', params });
  const sessionId = answer.headers['mcp-session-id'];
  if (typeof sessionId !== 'string') throw new Error(`no session in an answer of status ${answer.statusCode}`);
  session['mcp-session-id'] = sessionId;
  session['mcp-protocol-version'] = protocolVersion;
  await post({ method: 'notifications/initialized' });
  let id = 0;
  return {
    call: async () => {
      id += 1;
      const { answer, text } = await post({ id, method: 'tools/call', params: call });
      if (answer.statusCode !== 200 || !text.includes('"result":{"content"')) {
        throw new Error(`${endpoint.url} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
      }
    },
    listen: async () => {
      const sent = send(agent, endpoint, 'GET', session);
      const answer = await sent.answer;
      if (answer.statusCode !== 200) throw new Error(`no stream: ${answer.statusCode}`);
      answer.on('error', () => {}).resume();
      return { leave: () => sent.request.destroy() };
    },
    close: () => agent.destroy(),
  };
}

function send(
  agent: Agent,
  { url, bearer }: Endpoint,
  method: string,
  session: Readonly<Record<string, string>>,
  body?: string,
): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const headers = {
    authorization: `Bearer ${bearer}`,
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'user-agent': 'load/1.0',
    ...session,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const outgoing = request(url, { agent, method, headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  outgoing.end(body);
  return { request: outgoing, answer };
}

function readText(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk) => {
      text += chunk;
    });
    answer.once('end', () => resolve(text));
    answer.once('error', reject);
  });
}
