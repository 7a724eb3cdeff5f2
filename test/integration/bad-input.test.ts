// Wrong input gets a clear error that says what to do, and the server goes on.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, getRefusal } from '../kit/client.ts';
import { postAuth } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let owner: Owner;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
});
afterAll(async () => {
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await server.stop();
});

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/trpc/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.session}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

async function factsOf(answer: Response) {
  const body = (await answer.json()) as { error: { data: { keytrail: { code: string; sentence: string } } } };
  return { status: answer.status, ...body.error.data.keytrail };
}

test('malformed JSON', async () => {
  const facts = await factsOf(await post('credentials.create', '{"kind":"token",'));
  expect(facts).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(facts.sentence).toContain('JSON');
});

test('an unknown procedure', async () => {
  expect(await factsOf(await post('credentials.explode', '{}'))).toMatchObject({ status: 404, code: 'not_found' });
});

test('a body over 1 MiB', async () => {
  const body = JSON.stringify({ kind: 'token', service: 'x', label: 'x', secret: { value: 'v'.repeat(1_100_000) } });
  expect(await factsOf(await post('credentials.create', body))).toMatchObject({
    status: 413,
    code: 'payload_too_large',
  });
});

test('wrong types name the member and never repeat the value', async () => {
  const body = JSON.stringify({ kind: 'token', service: 'x', label: 'x', secret: { value: 42, extra: 'sesame-1' } });
  const facts = await factsOf(await post('credentials.create', body));
  expect(facts).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(facts.sentence).toContain('secret.value');
  expect(facts.sentence).not.toContain('sesame-1');
});

test('a NUL character, which Postgres cannot store, is refused at the border', async () => {
  const refusal = await getRefusal(owner.client.agents.create.mutate({ name: 'a\u0000b' }));
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
});

test('a batch of calls is refused', async () => {
  const answer = await fetch(`${server.url}/trpc/account.me,account.me?batch=1&input=%7B%7D`, {
    headers: { authorization: `Bearer ${owner.session}` },
  });
  expect(answer.status).toBe(400);
});

test('an expired session', async () => {
  const person = await server.createOwner();
  server.advance(31 * 24 * 3600 * 1000);
  // better-auth reads the system's clock; the row is what ends the session.
  await server.app.ctx.db.raw`update sessions set expires_at = now() - interval '1 second'
    where account_id = (select id from accounts where email = ${person.email})`;
  expect(await getRefusal(person.client.account.me.query())).toMatchObject({ status: 401, code: 'unauthorized' });
});

test('no bearer, half a bearer, a cookie instead of one', async () => {
  for (const headers of [{}, { authorization: 'Bearer' }, { cookie: `better-auth.session_token=${owner.session}` }]) {
    const answer = await fetch(`${server.url}/trpc/account.me`, { headers });
    expect(answer.status).toBe(401);
  }
});

test('an address that is not the API', async () => {
  const answer = await fetch(`${server.url}/nowhere`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'not_found' });
});

test('sign-in: a wrong password, a short one, a foreign origin, and too many tries', async () => {
  const attempt = (body: unknown, headers = {}) => postAuth(server.url, 'sign-in/email', body, headers);
  const right = { email: owner.email, password: 'wrong password here' };
  expect((await attempt(right)).status).toBe(401);
  const short = { name: 'P', email: 'short@example.com', password: 'short' };
  expect((await postAuth(server.url, 'sign-up/email', short)).status).toBe(400);
  expect((await attempt(right, { origin: 'https://evil.test' })).status).toBe(403);
  const foreign = { origin: 'chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' };
  expect((await attempt(right, foreign)).status).toBe(403);
  const statuses = [];
  for (let tries = 0; tries < 12; tries++) statuses.push((await attempt(right)).status);
  expect(statuses.at(-1)).toBe(429);
});

test('X-Forwarded-For of an untrusted peer is ignored; of a trusted one it is read from the right', async () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7, 10.1.1.1' };
  await createClient(server.url, owner.session, forwarded).agents.create.mutate({ name: 'by-untrusted' });
  expect((await owner.client.audit.list.query({ limit: 1 })).events[0]?.clientIp).toBe('127.0.0.1');

  const behind = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' });
  const person = await behind.createOwner();
  await createClient(behind.url, person.session, forwarded).agents.create.mutate({ name: 'by-trusted' });
  expect((await person.client.audit.list.query({ limit: 1 })).events[0]?.clientIp).toBe('198.51.100.7');
  await behind.stop();
});

test('values that only the database finds wrong are the caller’s mistake, not the server’s', async () => {
  const refusal = await getRefusal(owner.client.audit.list.query({ filter: { services: ['\u0000'] } }));
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
  // A date that Postgres could not hold is a bound like any other.
  const since = (from: string) => owner.client.audit.list.query({ filter: { from } });
  expect((await since('0000-01-01T00:00:00Z')).events).toEqual((await owner.client.audit.list.query({})).events);
  expect((await since('9999-12-31T23:59:59.999999Z')).events).toEqual([]);
});

test('a field called __proto__ is refused, not dropped', async () => {
  const body = '{"kind":"fields","service":"proto","label":"x","secret":{"A":"1","__proto__":"lost"}}';
  expect(await factsOf(await post('credentials.create', body))).toMatchObject({ status: 400, code: 'invalid_input' });
});

test('an agent’s service in letters that grow when lower-cased cannot break the log', async () => {
  const { key } = await owner.client.agents.create.mutate({ name: 'unicode-bot' });
  const refusal = getRefusal(createClient(server.url, key).agent.credential.mutate({ service: 'İ'.repeat(100) }));
  expect(await refusal).toMatchObject({ status: 400, code: 'invalid_input' });
});

test('a sign-up body over 64 KiB is refused before it is read', async () => {
  const answer = await postAuth(server.url, 'sign-up/email', { name: 'x'.repeat(70_000), email: 'a@example.com' });
  expect(answer.status).toBe(413);
});
