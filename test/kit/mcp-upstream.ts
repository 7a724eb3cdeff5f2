// An MCP server with sessions, as upstreams of the era before 2026 are: tools that answer, report progress, ask back and
// tell which headers reached them. Events of its streams can be resumed.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isInitializeRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

export interface McpUpstream {
  readonly url: string;
  readonly port: number;
  /** The headers of every request that arrived. */
  readonly seen: IncomingMessage['headers'][];
  /** Calls of the tool that never answers, and how many of them it was told to give up. */
  readonly waits: Readonly<Waits>;
  /** How many answers it is in the middle of. */
  openAnswers(): number;
  /** How many sessions were begun and not ended. */
  openSessions(): number;
  /** Answers every request with 401 from now on. */
  refuse(): void;
  /** Cuts every connection. */
  cut(): void;
  stop(): Promise<void>;
}

interface Waits {
  begun: number;
  cancelled: number;
}

/** What a session is answered by. */
interface SessionServer {
  connect(transport: Transport): Promise<void>;
}

/** Starts it on a free port of the loopback; `createSessionServer` makes what answers each session. */
export async function startMcpUpstream(
  createSessionServer: (seen: IncomingMessage['headers'][], waits: Waits) => SessionServer = createTools,
): Promise<McpUpstream> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const seen: IncomingMessage['headers'][] = [];
  const waits: Waits = { begun: 0, cancelled: 0 };
  let refuses = false;
  let openAnswers = 0;
  let port = 0;
  const server = createServer(async (request, response) => {
    seen.push(request.headers);
    openAnswers += 1;
    response.once('close', () => {
      openAnswers -= 1;
    });
    if (refuses) {
      response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://upstream.test/"' }).end('no');
      return;
    }
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    const id = request.headers['mcp-session-id'];
    let transport = typeof id === 'string' ? sessions.get(id) : undefined;
    if (transport === undefined && id !== undefined) {
      response.writeHead(404).end();
      return;
    }
    if (transport === undefined) {
      if (!isInitializeRequest(body)) {
        response.writeHead(400).end();
        return;
      }
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        eventStore: createEventStore(),
        retryInterval: 10,
        // As the suite wants it of a server on the loopback.
        enableDnsRebindingProtection: true,
        allowedHosts: [`127.0.0.1:${port}`],
        onsessioninitialized: (made) => {
          if (transport !== undefined) sessions.set(made, transport);
        },
        onsessionclosed: (ended) => void sessions.delete(ended),
      });
      await createSessionServer(seen, waits).connect(transport);
    }
    await transport.handleRequest(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    seen,
    waits,
    openAnswers: () => openAnswers,
    openSessions: () => sessions.size,
    refuse: () => {
      refuses = true;
    },
    cut: () => server.closeAllConnections(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// `ask` asks on the stream that belongs to no request, and so only once that is open; `elicit` along with its answer.
function createTools(seen: IncomingMessage['headers'][], waits: Waits): McpServer {
  const server = new McpServer({ name: 'upstream', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.registerTool('headers', { description: 'What reached it', inputSchema: {} }, () => ({
    content: [{ type: 'text', text: JSON.stringify(seen.at(-1)) }],
  }));
  server.registerTool(
    'progress',
    { description: 'Reports progress', inputSchema: { steps: z.number() } },
    async ({ steps }, extra) => {
      for (let step = 1; step <= steps; step++) {
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken: extra._meta?.progressToken ?? 0, progress: step, total: steps },
        });
      }
      return { content: [{ type: 'text', text: 'done' }] };
    },
  );
  server.registerTool('ask', { description: 'Asks the model', inputSchema: {} }, async () => {
    const { content } = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'well?' } }],
      maxTokens: 10,
    });
    return { content: [{ type: 'text', text: JSON.stringify(content) }] };
  });
  server.registerTool('elicit', { description: 'Asks the user', inputSchema: {} }, async (_given, { requestId }) => {
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } } };
    const question = { message: 'Who are you?', requestedSchema };
    const { action, content } = await server.server.elicitInput(question, { relatedRequestId: requestId });
    return { content: [{ type: 'text', text: `${action} ${JSON.stringify(content)}` }] };
  });
  server.registerTool('wait', { description: 'Never answers', inputSchema: {} }, (_given, extra) => {
    waits.begun += 1;
    extra.signal.addEventListener('abort', () => {
      waits.cancelled += 1;
    });
    return new Promise<never>(() => {});
  });
  server.registerResource('note', 'note://one', {}, () => ({ contents: [{ uri: 'note://one', text: 'a note' }] }));
  server.registerPrompt('greet', {}, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }],
  }));
  return server;
}

function createEventStore(): EventStore {
  const events: { id: string; streamId: string; message: JSONRPCMessage }[] = [];
  return {
    storeEvent: async (streamId, message) => {
      const id = `${streamId}_${events.length}`;
      events.push({ id, streamId, message });
      return id;
    },
    replayEventsAfter: async (lastEventId, { send }) => {
      const last = events.findIndex(({ id }) => id === lastEventId);
      const streamId = events[last]?.streamId ?? '';
      for (const event of events.slice(last + 1)) {
        if (event.streamId === streamId) await send(event.id, event.message);
      }
      return streamId;
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}
