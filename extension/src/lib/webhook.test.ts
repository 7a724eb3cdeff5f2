// Tickets as the extension presents them, over HTTP to a server of this test.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FailureError } from './failure.ts';
import { redeemValues, storeAtWebhook } from './webhook.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function listen(status: number, answer: string): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ headers: request.headers, body });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/credential`, seen };
}

async function getFailure(work: Promise<unknown>) {
  const error = await work.catch((cause: unknown) => cause);
  if (error instanceof FailureError) return error.failure;
  throw new Error('it did not fail');
}

const use = { values: {}, validUntil: null, event: { occurredAt: '2026-03-10T12:00:26.000Z' } };

test('values that came with the answer are not asked for elsewhere', async () => {
  expect(await redeemValues({ ...use, values: { password: 'here' }, redirect: null })).toEqual({
    values: { password: 'here' },
    validMs: null,
  });
});

test('a ticket is presented in a header, and the values are the webhook’s', async () => {
  const { url, seen } = await listen(200, '{"result":{"data":{"values":{"password":"there"}}}}');
  expect(await redeemValues({ ...use, redirect: { url, ticket: 'a.b' } })).toEqual({
    values: { password: 'there' },
    validMs: null,
  });
  expect(seen[0]?.headers['x-keytrail-ticket']).toBe('a.b');
  expect(seen[0]?.headers.authorization).toBeUndefined();
});

test('a one-time code says how long it is good for, by the clock of who made it and not by this one', async () => {
  const validUntil = '2026-03-10T12:00:30.000Z';
  const here = await redeemValues({ ...use, values: { totp: '123456' }, validUntil, redirect: null });
  expect(here.validMs).toBe(4_000);
  const { url } = await listen(200, JSON.stringify({ result: { data: { values: { totp: '123456' }, validUntil } } }));
  const { validMs } = await redeemValues({ ...use, redirect: { url, ticket: 'a.b' } });
  expect(validMs).toBeGreaterThan(2_000);
  expect(validMs).toBeLessThanOrEqual(4_000);
});

test('fields are written as they are, null removing one', async () => {
  const { url, seen } = await listen(200, '{"result":{"data":{}}}');
  await storeAtWebhook({ url, ticket: 'a.b' }, { password: 'new', notes: null });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ fields: { password: 'new', notes: null } });
});

test('a refusal says what the webhook says', async () => {
  const { url } = await listen(410, '{"error":{"message":"This ticket was used before."}}');
  const failure = await getFailure(redeemValues({ ...use, redirect: { url, ticket: 'a.b' } }));
  expect(failure).toMatchObject({ kind: 'server', sentence: 'Your webhook refused: This ticket was used before.' });
});

test('what is no webhook is said to be none, and nobody at all is offline', async () => {
  const { url } = await listen(200, '<html>');
  const held = { ...use, redirect: { url, ticket: 'a.b' } };
  expect((await getFailure(redeemValues(held))).sentence).toContain('is not your webhook');
  await new Promise((resolve) => server?.close(resolve));
  expect(await getFailure(redeemValues(held))).toMatchObject({ kind: 'offline' });
});
