// The call that agents make most is answered without tRPC's adapter, byte for byte as the adapter answers it, which takes
// what has a query.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPlainly } from '../kit/http-upstream.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAskingAgent, createGrantedAgent } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
let key: string;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
  ({ key } = await createGrantedAgent(owner, server.url));
});
afterAll(async () => {
  await server.stop();
});

async function call(query: string, body: string, authorization: string | null) {
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const answer = await callPlainly(`${server.url}/trpc/agent.credential${query}`, {
    method: 'POST',
    headers: authorization === null ? headers : { ...headers, authorization },
    body,
  });
  const { date: _date, connection: _c, 'keep-alive': _k, 'content-length': _l, ...rest } = answer.headers;
  const { 'transfer-encoding': _t, 'retry-after': retryAfter, ...kept } = rest;
  const text = (await answer.readText()).replace(/"eventId":"[^"]*"/, '');
  // The second may turn between the two.
  return { status: answer.status, text, headers: kept, hasRetryAfter: retryAfter !== undefined };
}

async function expectAlike(body: string, status: number, authorization: string | null) {
  const direct = await call('', body, authorization);
  expect(direct.status).toBe(status);
  expect(direct).toEqual(await call('?by=adapter', body, authorization));
}

const github = JSON.stringify({ service: 'github' });

test.each([
  ['what is allowed', github, 200],
  ['a mark before UTF-8', `\ufeff${github}`, 200],
  ['what is no JSON', '{"service":', 400],
  ['nothing', '', 400],
  ['null', 'null', 400],
  ['a list', '[]', 400],
  ['a member too many', JSON.stringify({ service: 'github', other: 1 }), 400],
  ['a member of the prototype', '{"service":"github","__proto__":{}}', 400],
  ['a field that is none', JSON.stringify({ service: 'github', field: 'other' }), 400],
  ['what is too long', JSON.stringify({ service: 'github', reason: 'x'.repeat(501) }), 400],
  ['more than is read here', JSON.stringify({ service: 'github', reason: 'x'.repeat(20_000) }), 400],
  ['more than is read at all', JSON.stringify({ service: 'github', reason: 'x'.repeat(1_100_000) }), 413],
  ['what nobody granted', JSON.stringify({ service: 'other' }), 403],
])('%s', async (_what, body, status) => {
  await expectAlike(body, status, `Bearer ${key}`);
});

test.each([
  ['nobody', null, github],
  ['nobody, with no JSON', null, '{'],
  ['nobody, with the wrong members', null, '{}'],
  ['a key that is none', 'Bearer kt_agent_none', github],
  ['a session', 'Bearer of-nobody', github],
])('%s is told so', async (_who, authorization, body) => {
  await expectAlike(body, 401, authorization);
});

test('an owner is told that only agents may', async () => {
  await expectAlike(github, 403, `Bearer ${owner.session}`);
});

test('who has to wait for the owner, and finds the vault locked', async () => {
  const other = await server.createOwner();
  const { key: asking } = await createAskingAgent(other, server.url);
  await expectAlike(JSON.stringify({ service: 'github', waitSeconds: 0 }), 408, `Bearer ${asking}`);
  await other.client.vault.lock.mutate();
  await expectAlike(github, 423, `Bearer ${asking}`);
});

test('who has reached a limit', async () => {
  const other = await server.createOwner();
  const { agent, key: limited, client } = await createGrantedAgent(other, server.url);
  const once = { type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' } as const;
  const { id } = await other.client.policies.create.mutate({ name: 'Once', rules: [once] });
  await other.client.policies.attach.mutate({ id, targets: [{ kind: 'agent', id: agent.id }] });
  await client.agent.credential.mutate({ service: 'github' });
  await expectAlike(github, 429, `Bearer ${limited}`);
});
