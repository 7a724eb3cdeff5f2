// An HTTP API on this machine, as one that a proxy calls: each test says how it answers. And a plain client, which sends
// what it is told to, and sees how an answer ends.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export interface HttpUpstream {
  readonly url: string;
  /** `name:port`, to be allowed by. */
  readonly host: string;
  /** What it was sent so far. */
  readonly received: readonly IncomingMessage[];
  /** How the next calls are answered. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

export async function startHttpUpstream(): Promise<HttpUpstream> {
  const received: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    received.push(request);
    upstream.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream: HttpUpstream = {
    url: `http://${host}`,
    host,
    received,
    answer: (_request, response) => void response.end('ok'),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** The body to its end; throws where the connection was cut before. */
  readText(): Promise<string>;
  /** Leaves in the middle of it. */
  leave(): void;
}

/** Sends a path and headers as they are written: nothing is put right, as `fetch` would. */
export function callPlainly(
  url: string,
  call: { method?: string; headers?: Record<string, string | string[]>; body?: string | Readable } = {},
): Promise<PlainAnswer> {
  const [, origin = '', path = '/'] = /^(http:\/\/[^/]+)(\/.*)?$/.exec(url) ?? [];
  const { hostname, port } = new URL(origin);
  const { method = 'GET', headers = {}, body } = call;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) =>
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: answer,
        readText: async () => (await buffer(answer)).toString('utf8'),
        leave: () => sent.destroy(),
      }),
    );
    sent.on('error', reject);
    if (body instanceof Readable) body.pipe(sent);
    else sent.end(body);
  });
}
