import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutbound, type Outbound } from '../base/outbound.ts';
import type { ProxyResult } from '../vault/proxy-result.ts';
import { forward } from './forward.ts';
import { createScrubber } from './scrub.ts';

let outbound: Outbound;
let upstream: Server;
let received = 0;

beforeAll(async () => {
  outbound = createOutbound(['127.0.0.1']);
  upstream = await listen((response) => {
    received += 1;
    response.end('ok');
  });
});
afterAll(async () => {
  await outbound.close();
  upstream.close();
});

function listen(answer: (response: ServerResponse) => void): Promise<Server> {
  const server = createServer((_request, response) => answer(response));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

const toUrl = (server: Server) => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

/** What becomes of a call whose caller does something just before it goes out. */
function forwardAfter(before: (response: ServerResponse) => Promise<void>): Promise<ProxyResult> {
  return new Promise((resolve, reject) => {
    void listen(async (response) => {
      await before(response);
      const call = { url: toUrl(upstream), method: 'GET', headers: {}, body: null };
      const options = {
        scrubber: createScrubber([]),
        toHead: (status: number) => ({ status, headers: {} }),
        mayStayOpen: async () => true,
      };
      forward(outbound, call, response, options).then(resolve, reject);
    }).then(async (server) => {
      await fetch(toUrl(server)).catch(() => undefined);
      server.close();
    });
  });
}

test('a caller who is there gets the answer', async () => {
  expect(await forwardAfter(async () => undefined)).toMatchObject({ status: 200, bytes: 2, failure: null });
  expect(received).toBe(1);
});

test('a caller who left before the call went out is sent nothing for', async () => {
  const before = received;
  const left = await forwardAfter(async (response) => {
    response.destroy();
    await once(response, 'close');
  });
  expect(left).toMatchObject({ status: null, failure: 'The caller left' });
  expect(received).toBe(before);
});
