import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { toPatience } from './patience.ts';

const server = createServer();
afterEach(() => {
  server.removeAllListeners('request');
  server.close();
});

/** Requests that one caller has sent at once, none of which is answered. */
async function receive(count: number): Promise<{ caller: Socket; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  server.on('request', (request) => requests.push(request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
  caller.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count));
  await expect.poll(() => requests.length).toBe(count);
  return { caller, requests };
}

test('who left before it was known whose call it is, waits no more', async () => {
  const { caller, requests } = await receive(1);
  const [request] = requests;
  if (request === undefined) throw new Error('one was received');
  const closed = once(request.socket, 'close');
  caller.destroy();
  await closed;
  expect(toPatience(request).signal?.aborted).toBe(true);
});

test('who leaves, leaves with all that were sent behind each other', async () => {
  const { caller, requests } = await receive(3);
  const signals = requests.map((request) => toPatience(request).signal);
  expect(signals.map((signal) => signal?.aborted)).toEqual([false, false, false]);
  caller.destroy();
  await expect.poll(() => signals.map((signal) => signal?.aborted)).toEqual([true, true, true]);
});
