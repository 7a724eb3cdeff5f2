// Signed calls to a webhook that does not do as it should: how often it is tried, and what is said of it.

import { callWebhook, WebhookError } from '@keytrail/server/vault/webhook-call';
import type { WebhookLink } from '@keytrail/server/vault/webhook-rows';
import { deriveWebhookKeys } from '@keytrail/shared/webhook-keys';
import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { webhookVariables } from '../kit/webhook.ts';

let server: TestServer;
let upstream: HttpUpstream;
let accountId: string;
beforeAll(async () => {
  server = await startTestServer(webhookVariables);
  upstream = await startHttpUpstream();
  accountId = (await (await server.createOwner()).client.account.me.query()).accountId;
});
afterAll(async () => {
  await upstream.stop();
  await server.stop();
});
let calls = 0;
beforeEach(() => {
  calls = upstream.received.length;
});

const keys = deriveWebhookKeys(new Uint8Array(32));

/** A link as the binding would have left it. */
function toLink(url: string): WebhookLink {
  return {
    accountId,
    url,
    keys,
    row: {
      accountId,
      url,
      id: accountId,
      sealed: {},
      boundAt: null,
      offerUrl: null,
      receiptsUrl: null,
      codeExpiresAt: null,
      mode: 'webhook',
      moveId: null,
      moveError: null,
      checkedAt: null,
      failingSince: null,
      lastFault: null,
      capabilities: [],
      mediated: false,
    },
  };
}

async function findFault(url = upstream.url, timeoutMs?: number): Promise<WebhookError> {
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  const error = await callWebhook(server.app.ctx, toLink(url), 'health', {}, webhookAnswers.health, options).catch(
    (cause: unknown) => cause,
  );
  if (error instanceof WebhookError) return error;
  throw new Error('the call was answered');
}

test('broken: 5xx is tried three times in all, after one and three seconds', async () => {
  upstream.answer = (_request, response) => void response.writeHead(503).end();
  const startedAt = performance.now();
  expect(await findFault()).toMatchObject({ fault: 'broken', public: 'The webhook broke (HTTP 503).' });
  expect(upstream.received.length - calls).toBe(3);
  expect(performance.now() - startedAt).toBeGreaterThan(3_900);
  const ids = upstream.received.slice(calls).map(({ headers }) => headers['x-keytrail-request-id']);
  expect(new Set(ids).size).toBe(3);
});

test('timeout: silence is tried three times in all', async () => {
  upstream.answer = () => undefined;
  expect(await findFault(upstream.url, 200)).toMatchObject({ fault: 'timeout' });
  expect(upstream.received.length - calls).toBe(3);
});

test('refused: 4xx is an answer, and names its reason', async () => {
  upstream.answer = (_request, response) =>
    void response.writeHead(403).end('{"error":{"data":{"keytrail":{"code":"return_off"}}}}');
  expect(await findFault()).toMatchObject({ fault: 'refused', reason: 'return_off' });
  expect(upstream.received.length - calls).toBe(1);
});

test('unreachable: nobody listens, and nobody is asked again', async () => {
  expect(await findFault('http://127.0.0.1:9')).toMatchObject({ fault: 'unreachable' });
});

const wrong = {
  'no JSON': 'hello',
  'no signature': '{"type":"healthy","requestId":"x","capabilities":[],"credentials":0}',
};
for (const [what, body] of Object.entries(wrong)) {
  test(`unbelievable: an answer with ${what} is no answer of a webhook`, async () => {
    upstream.answer = (_request, response) => void response.end(body);
    expect(await findFault()).toMatchObject({ fault: 'unbelievable' });
    expect(upstream.received.length - calls).toBe(1);
  });
}

test('unbelievable: a redirect is not followed', async () => {
  upstream.answer = (_request, response) => void response.writeHead(307, { location: `${upstream.url}/other` }).end();
  expect(await findFault()).toMatchObject({ fault: 'unbelievable' });
  expect(upstream.received.length - calls).toBe(1);
});
