// Stands before a webhook and passes everything on, byte for byte; keeps what it saw, and can be told to do something else with an endpoint.

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly endpoint: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What becomes of a message: an answer, by passing it on or otherwise, or null for silence. */
type Handling = (seen: Seen, pass: () => Promise<Answer>) => Promise<Answer | null>;

export interface WebhookRelay {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Where it leads from now on; answers its own address. */
  leadTo(url: string): string;
  /** Handles messages to an endpoint so, until it is called with null. */
  handle(endpoint: string, handling: Handling | null): void;
  stop(): Promise<void>;
}

export async function startWebhookRelay(): Promise<WebhookRelay> {
  const seen: Seen[] = [];
  const handlings = new Map<string, Handling>();
  let target = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const endpoint = new URL(request.url ?? '', 'http://relay.test').pathname.slice(1);
    const message: Seen = { endpoint, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
    seen.push(message);
    const pass = async (): Promise<Answer> => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name === 'content-type' || name.startsWith('x-')),
      ) as Record<string, string>;
      const answer = await fetch(`${target}${request.url}`, { method: 'POST', headers, body: message.body });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    };
    const handling = handlings.get(endpoint) ?? ((_seen: Seen, through: () => Promise<Answer>) => through());
    try {
      const answer = await handling(message, pass);
      if (answer === null) return;
      const { 'content-length': _length, connection: _own, 'keep-alive': _kept, ...headers } = answer.headers ?? {};
      response.writeHead(answer.status, headers).end(answer.body);
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    leadTo: (next) => {
      target = next;
      return url;
    },
    handle: (endpoint, handling) => {
      if (handling === null) handlings.delete(endpoint);
      else handlings.set(endpoint, handling);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
