// A relay that adds a key to every request and changes nothing else, for programs that can be given nothing but an address.

import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

export interface KeyedRelay {
  /** With the path of the server behind it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback, in front of `url`. Host and Origin go through as they came, but for the port. */
export async function startKeyedRelay(url: string, bearer: string): Promise<KeyedRelay> {
  const { hostname, port, pathname } = new URL(url);
  const server = createServer((request, response) => {
    const own = String((server.address() as AddressInfo).port);
    const headers: Record<string, string | string[] | undefined> = { ...request.headers };
    for (const name of ['host', 'origin']) {
      const given = headers[name];
      if (typeof given === 'string') headers[name] = given.replace(`:${own}`, `:${port}`);
    }
    headers.authorization = `Bearer ${bearer}`;
    const outgoing = send({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => {});
    });
    pipeline(request, outgoing, () => {});
    response.once('close', () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
