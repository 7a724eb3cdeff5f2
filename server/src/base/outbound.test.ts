import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AppError } from '@keytrail/shared/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { selfSigned } from './outbound.fixture.ts';
import { createOutbound, type Outbound } from './outbound.ts';

let upstream: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/' });
    response.end('reached');
  });
  upstream.on('connection', () => {
    connections++;
  });
  port = await listen(upstream);
});
afterAll(() => upstream.close());

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The status that an address answers, or the code of why it does not. */
async function call(outbound: Outbound, url: string): Promise<number | string> {
  try {
    const call = { url: new URL(url), method: 'GET', headers: {}, body: null } as const;
    const { status, body } = await outbound.send(call, new AbortController().signal);
    await body.resume().toArray();
    return status;
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.public}` : 'not one of ours';
  } finally {
    await outbound.close();
  }
}

test.each([
  'http://127.0.0.1:PORT',
  'http://127.1:PORT',
  'http://2130706433:PORT',
  'http://0x7f000001:PORT',
  'http://0177.0.0.1:PORT',
  'http://0:PORT',
  'http://[::1]:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://[::ffff:7f00:1]:PORT',
  'http://[::127.0.0.1]:PORT',
  'http://[64:ff9b::7f00:1]:PORT',
  'http://localhost:PORT',
  'http://LOCALHOST:PORT',
  'http://169.254.169.254',
  'https://169.254.169.254',
  'http://[fd00:ec2::254]',
  'https://10.0.0.1',
])('%s is refused, and nothing is connected to', async (url) => {
  const before = connections;
  const answer = await call(createOutbound(['allowed.test']), url.replace('PORT', String(port)));
  expect(answer).toMatch(/^upstream_forbidden/);
  expect(connections).toBe(before);
});

test('what the operator allowed is reached, under that name only', async () => {
  const reach = (allowed: string, host: string) => call(createOutbound([allowed]), `http://${host}:${port}/`);
  expect(await reach('127.0.0.1', '127.0.0.1')).toBe(200);
  expect(await reach('127.0.0.1', '2130706433')).toBe(200);
  expect(await reach(`localhost:${port}`, 'localhost')).toBe(200);
  expect(await reach('::1', '[::1]')).toBe(200);
  expect(await reach('localhost:1', 'localhost')).toMatch(/^upstream_forbidden/);
  expect(await reach('localhost', '127.0.0.1')).toMatch(/^upstream_forbidden/);
});

test('a redirect is an answer and not followed', async () => {
  expect(await call(createOutbound(['127.0.0.1']), `http://127.0.0.1:${port}/moved`)).toBe(302);
});

test('a certificate that nobody vouches for is refused, whatever the host', async () => {
  const server = createTlsServer(selfSigned, (_request, response) => void response.end('reached'));
  const url = `https://localhost:${await listen(server)}/`;
  expect(await call(createOutbound(['localhost']), url)).toBe(
    'upstream_unreachable: The upstream’s certificate is not valid.',
  );
  server.close();
});

test('what cannot be reached says why', async () => {
  const server = createServer();
  const closed = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const reach = (host: string) => call(createOutbound([host]), `http://${host}:${closed}/`);
  expect(await reach('127.0.0.1')).toBe('upstream_unreachable: The upstream does not accept connections.');
  expect(await reach('nobody.invalid')).toBe('upstream_unreachable: The upstream’s name was not found.');
});
