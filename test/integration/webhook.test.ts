// A vault on the owner's own webhook: the reference webhook runs as a process of its own, agents follow what Keytrail answers, and the log
// tells a ticket from its delivery.

import { connect } from '@keytrail/server/base/db';
import { carryOnMoves } from '@keytrail/server/vault/webhook-move';
import { findWebhookLink } from '@keytrail/server/vault/webhook-rows';
import type { AuditEvent } from '@keytrail/shared/event';
import { deriveWebhookKeys } from '@keytrail/shared/webhook-keys';
import { signMessage } from '@keytrail/shared/webhook-message';
import { readTicket, signTicket } from '@keytrail/shared/webhook-ticket';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { getRefusal } from '../kit/client.ts';
import { password } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { createAgent, createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';
import { type BoundWebhook, bindWebhook, redeem, startWebhook, switchVault, webhookVariables } from '../kit/webhook.ts';

let server: TestServer;
const started: BoundWebhook[] = [];
beforeAll(async () => {
  server = await startTestServer(webhookVariables);
});
afterAll(async () => {
  for (const webhook of started) await webhook.stop();
  await server.stop();
});

async function bind(owner: Owner, variables: Record<string, string> = {}): Promise<BoundWebhook> {
  const webhook = await bindWebhook(server, owner, variables);
  started.push(webhook);
  return webhook;
}

async function list(owner: Owner, limit = 50): Promise<AuditEvent[]> {
  return (await owner.client.audit.list.query({ limit })).events;
}

/** An agent that was granted a token which lies on its owner's webhook. */
async function furnish(variables: Record<string, string> = {}) {
  const owner = await server.createOwner();
  const webhook = await bind(owner, variables);
  const bot = await createGrantedAgent(owner, server.url);
  await switchVault(owner, 'webhook');
  return { owner, webhook, ...bot };
}

/** Asks without following, as a client that looks at what it is answered. */
async function ask(key: string, input: object = { service: 'github' }) {
  const answer = await fetch(`${server.url}/trpc/agent.credential`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
    redirect: 'manual',
  });
  const { result } = (await answer.json()) as {
    result: {
      data: { eventId: string; values: object; redirect: { url: string; ticket: string; expiresAt: string } };
    };
  };
  return { status: answer.status, location: answer.headers.get('location') ?? '', ...result.data };
}

async function findDelivery(owner: Owner, correlationId: string | undefined, outcome = 'ok'): Promise<AuditEvent> {
  const find = async () =>
    (await list(owner)).find(
      (event) => event.correlationId === correlationId && event.action === 'deliver' && event.outcome === outcome,
    );
  await expect.poll(find).toBeDefined();
  const found = await find();
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** What an owner's webhook and Keytrail share, as only a test may see it. */
const getKeys = async (owner: Owner) => {
  const { accountId } = await owner.client.account.me.query();
  const link = await findWebhookLink(server.app.ctx, accountId);
  if (link === null) throw new Error('not bound');
  return { accountId, keys: link.keys };
};

test('ok: a client that follows 307 gets the value from the webhook, and the log tells the ticket from its delivery', async () => {
  const { owner, client, agent, credential, webhook } = await furnish();
  const answer = await client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  expect(answer).toMatchObject({ service: 'github', label: 'main', kind: 'token', values: { value: tokenValue } });
  const issued = (await list(owner)).find(({ id }) => id === answer.eventId);
  expect(issued).toMatchObject({
    type: 'agent_access',
    action: 'ticket',
    outcome: 'ok',
    source: 'agent',
    agentId: agent.id,
    credentialId: credential.id,
    fields: ['value'],
    reason: 'nightly deploy',
  });
  const delivered = await findDelivery(owner, issued?.correlationId);
  expect(delivered).toMatchObject({
    type: 'agent_access',
    source: 'agent',
    title: 'deploy-bot',
    agentId: agent.id,
    credentialId: credential.id,
    fields: ['value'],
    clientIp: '127.0.0.1',
    client: 'nodejs',
    note: 'Delivered by the owner’s webhook',
  });
  expect(delivered.seq).toBeGreaterThan(issued?.seq ?? Number.POSITIVE_INFINITY);
  expect(server.logged()).not.toContain(tokenValue);
  expect(webhook.printed()).not.toContain(tokenValue);
});

test('after the move Keytrail’s database holds no box of any secret', async () => {
  const { owner, credential } = await furnish();
  const sql = connect(server.databaseUrl, { max: 1 });
  const [row] = await sql<{ sealed: object }[]>`select sealed from credentials where id = ${credential.id}`;
  await sql.end();
  expect(row?.sealed).toEqual({ value: { version: 1, box: null } });
  expect(await owner.client.webhook.state.query()).toMatchObject({ mode: 'webhook', here: 0, held: 1, move: null });
});

test('single use: the second redemption is refused, and is an event of its own', async () => {
  const { owner, key } = await furnish();
  const { status, location, redirect, values, eventId } = await ask(key);
  expect(status).toBe(307);
  expect(values).toEqual({});
  const url = new URL(location);
  expect(`${url.origin}${url.pathname}`).toBe(redirect.url);
  expect(url.searchParams.get('ticket')).toBe(redirect.ticket);
  const first = await fetch(location, { method: 'POST' });
  expect(first.status).toBe(200);
  expect(await first.json()).toMatchObject({ result: { data: { values: { value: tokenValue }, eventId } } });
  const second = await fetch(location, { method: 'POST' });
  expect(second.status).toBe(410);
  const refusal = await second.text();
  expect(refusal).toContain('ticket_used');
  expect(refusal).not.toContain(tokenValue);
  const issued = (await list(owner)).find(({ id }) => id === eventId);
  await findDelivery(owner, issued?.correlationId);
  expect(await findDelivery(owner, issued?.correlationId, 'failed')).toMatchObject({
    note: 'Refused by the owner’s webhook: the ticket was used before',
  });
});

test('single use holds through a restart of the webhook', async () => {
  const { key, webhook } = await furnish();
  const { redirect } = await ask(key);
  expect((await redeem(redirect)).status).toBe(200);
  await webhook.restart();
  expect((await redeem(redirect)).status).toBe(410);
});

test('of many who bring one ticket at once, one is served', async () => {
  const { key } = await furnish();
  const { redirect } = await ask(key);
  const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(redirect)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
});

test('a ticket that nobody redeems leaves one event, without a delivery', async () => {
  const { owner, key } = await furnish();
  const { eventId } = await ask(key);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const events = await list(owner);
  const issued = events.find(({ id }) => id === eventId);
  expect(events.filter(({ correlationId }) => correlationId === issued?.correlationId)).toHaveLength(1);
});

test('expired: a ticket is good for a minute', async () => {
  const { owner, key } = await furnish();
  const { redirect, eventId } = await ask(key);
  const { keys } = await getKeys(owner);
  const reading = readTicket(keys.ticket, redirect.ticket, server.app.ctx.nowMs());
  if (reading.outcome !== 'valid') throw new Error(reading.outcome);
  expect(reading.claims.expiresAt - reading.claims.issuedAt).toBe(60);
  const over = { ...reading.claims, issuedAt: reading.claims.issuedAt - 61, expiresAt: reading.claims.expiresAt - 61 };
  const answer = await redeem({ url: redirect.url, ticket: signTicket(keys.ticket, over) });
  expect(answer.status).toBe(410);
  expect(await answer.text()).toContain('ticket_expired');
  const issued = (await list(owner)).find(({ id }) => id === eventId);
  expect(await findDelivery(owner, issued?.correlationId, 'failed')).toMatchObject({
    note: 'Refused by the owner’s webhook: the ticket was over',
  });
});

test('forged: a ticket that was changed, or signed by anybody else, opens nothing', async () => {
  const { owner, key } = await furnish();
  const { redirect } = await ask(key);
  const { keys } = await getKeys(owner);
  const reading = readTicket(keys.ticket, redirect.ticket, 0);
  if (reading.outcome === 'forged') throw new Error('forged');
  const [payload = '', signature = ''] = redirect.ticket.split('.');
  const other = deriveWebhookKeys(new Uint8Array(32)).ticket;
  const longer = { ...reading.claims, expiresAt: reading.claims.expiresAt + 3600 };
  const forged = [
    signTicket(other, reading.claims),
    `${signTicket(other, longer).split('.')[0]}.${signature}`,
    `${payload}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
    payload,
    'nonsense',
  ];
  for (const ticket of forged) {
    const answer = await redeem({ url: redirect.url, ticket });
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(tokenValue);
  }
  expect((await redeem(redirect)).status).toBe(200);
});

test('wrong account: a ticket of another owner’s webhook opens nothing', async () => {
  const one = await furnish();
  const other = await furnish();
  const { redirect } = await ask(one.key);
  const { url } = (await ask(other.key)).redirect;
  expect((await redeem({ url, ticket: redirect.ticket })).status).toBe(401);
  expect((await redeem(redirect)).status).toBe(200);
});

test('wrong agent: who says to be another agent is refused, and so is whom the webhook does not serve', async () => {
  const { owner, key, agent, webhook } = await furnish();
  const another = await createAgent(owner, server.url, 'other-bot');
  const first = await ask(key);
  const answer = await redeem(first.redirect, { 'x-keytrail-agent': another.agent.id });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('ticket_agent');
  expect((await redeem(first.redirect, { 'x-keytrail-agent': agent.id })).status).toBe(200);
  await webhook.restart({ WEBHOOK_AGENTS: another.agent.id });
  const second = await ask(key);
  expect((await redeem(second.redirect)).status).toBe(403);
  const issued = (await list(owner)).find(({ id }) => id === second.eventId);
  expect(await findDelivery(owner, issued?.correlationId, 'failed')).toMatchObject({ agentId: agent.id });
});

test('replayed: a signed message is taken once, and so is a receipt', async () => {
  const { owner, key, webhook } = await furnish();
  const { accountId, keys } = await getKeys(owner);
  const requestId = crypto.randomUUID();
  const body = JSON.stringify({ type: 'health', requestId });
  const head = signMessage(keys.message, body, requestId, Date.now());
  const send = (changes: Record<string, string> = {}, text = body) =>
    fetch(`${webhook.url}/health`, {
      method: 'POST',
      headers: {
        'x-keytrail-signature': head.signature,
        'x-keytrail-timestamp': head.timestamp,
        'x-keytrail-request-id': head.requestId,
        ...changes,
      },
      body: text,
    });
  expect((await send()).status).toBe(200);
  expect((await send()).status).toBe(409);
  expect((await send({ 'x-keytrail-signature': 'v1=00' })).status).toBe(401);
  const old = signMessage(keys.message, body, requestId, Date.now() - 301_000);
  const skewed = { 'x-keytrail-signature': old.signature, 'x-keytrail-timestamp': old.timestamp };
  expect((await send(skewed)).status).toBe(401);
  await webhook.restart();
  expect((await send()).status, 'after a restart').toBe(409);

  const { redirect, eventId } = await ask(key);
  expect((await redeem(redirect)).status).toBe(200);
  const issued = (await list(owner)).find(({ id }) => id === eventId);
  await findDelivery(owner, issued?.correlationId);
  const receiptId = crypto.randomUUID();
  const receipt = JSON.stringify({
    type: 'receipt',
    requestId: receiptId,
    ticket: redirect.ticket,
    outcome: 'delivered',
  });
  const signed = signMessage(keys.message, receipt, receiptId, Date.now());
  const tell = (text = receipt, account = accountId) =>
    fetch(`${server.url}/webhook/receipts`, {
      method: 'POST',
      headers: {
        'x-keytrail-account': account,
        'x-keytrail-signature': signed.signature,
        'x-keytrail-timestamp': signed.timestamp,
        'x-keytrail-request-id': signed.requestId,
      },
      body: text,
    });
  expect(await (await tell()).json()).toEqual({ recorded: false });
  expect((await tell(receipt.replace('delivered', 'refused'))).status).toBe(401);
  expect((await tell(receipt, crypto.randomUUID())).status).toBe(401);
  const deliveries = (await list(owner)).filter(
    (event) => event.correlationId === issued?.correlationId && event.action === 'deliver',
  );
  expect(deliveries).toHaveLength(1);
});

test('webhook_down: a webhook that was killed is a clear refusal and an event, and comes back by itself', async () => {
  const { owner, client, key, webhook, credential } = await furnish();
  await webhook.kill();
  server.advance(6_000);
  const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  expect(refusal).toMatchObject({ status: 503, code: 'access_denied', rule: 'webhook_down' });
  expect(refusal.sentence).toContain('webhook does not answer');
  expect((await list(owner, 1))[0]).toMatchObject({
    type: 'policy_denied',
    outcome: 'denied',
    rule: 'webhook_down',
    action: 'fetch',
    credentialId: credential.id,
    title: 'deploy-bot',
  });
  const { bound } = await owner.client.webhook.state.query();
  expect(bound).toMatchObject({ lastFault: 'unreachable' });
  expect(bound?.failingSince).not.toBeNull();
  await webhook.restart();
  server.advance(6_000);
  expect((await ask(key)).status).toBe(307);
  expect((await owner.client.webhook.state.query()).bound).toMatchObject({ failingSince: null, lastFault: null });
});

test('what binds the webhook does not open: whoever asks is refused, which is an event', async () => {
  const { owner, client, credential } = await furnish();
  const { accountId } = await owner.client.account.me.query();
  const sql = connect(server.databaseUrl, { max: 1 });
  // What is sealed is bound to the row.
  await sql`update webhooks set id = gen_random_uuid() where account_id = ${accountId}`;
  await sql.end();
  for (const call of [
    () => client.agent.credential.mutate({ service: 'github' }),
    () => owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' }),
  ]) {
    expect(await getRefusal(call())).toMatchObject({ status: 500, code: 'secret_unreadable' });
  }
  const failed = { outcome: 'failed', credentialId: credential.id, fields: ['value'] };
  expect(await list(owner, 2)).toMatchObject([
    { type: 'secret_access', source: 'direct', action: 'reveal', ...failed },
    { type: 'agent_access', source: 'agent', action: 'fetch', ...failed },
  ]);
});

test('a secret that does not open is not said to be sent, and one event an hour says so, however often it is tried', async () => {
  const owner = await server.createOwner();
  await bind(owner);
  const [whole, broken] = [await createToken(owner, 'whole'), await createToken(owner, 'broken')];
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update credentials set sealed = jsonb_set(sealed, '{value,version}', '7') where id = ${broken.id}`;
  await sql.end();
  await owner.client.webhook.switchMode.mutate({ mode: 'webhook' });
  const findError = async () => (await owner.client.webhook.state.query()).move?.error;
  await expect.poll(findError).toContain('does not open');
  for (let round = 0; round < 3; round++) await carryOnMoves(server.app.ctx);
  const moves = (await list(owner)).filter(({ action }) => action === 'move');
  const titles = (id: string) => moves.filter(({ credentialId }) => credentialId === id).map(({ title }) => title);
  expect(titles(broken.id)).toEqual(['Not sent to the webhook']);
  expect(titles(whole.id)).toEqual(['Moved to the webhook', 'Sent to the webhook']);
});

test('forbidden: no ticket is issued to who has no grant, and none under a lock', async () => {
  const { owner, client, grant } = await furnish();
  await owner.client.vault.lock.mutate();
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({
    rule: 'vault_locked',
  });
  await owner.client.vault.unlock.mutate({ password });
  await owner.client.grants.revoke.mutate({ id: grant.id });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({
    rule: 'grant_revoked',
  });
  expect((await list(owner)).filter(({ action }) => action === 'ticket')).toEqual([]);
});

test('binding: a code is good once, and for the webhook that has it', async () => {
  const owner = await server.createOwner();
  const webhook = await bind(owner);
  const events = await list(owner);
  expect(events.map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Webhook binding code made', 'Webhook bound']),
  );
  expect(await getRefusal(owner.client.webhook.bind.mutate())).toMatchObject({ status: 409 });
  // A webhook without the code, or with another one, is not bound.
  const { code } = await owner.client.webhook.offer.mutate({
    url: webhook.url,
    keytrailUrl: server.url,
    password,
  });
  expect(await getRefusal(owner.client.webhook.bind.mutate())).toMatchObject({ status: 502, code: 'webhook_failed' });
  await webhook.restart({ WEBHOOK_CODE: `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}` });
  expect(await getRefusal(owner.client.webhook.bind.mutate())).toMatchObject({ status: 502, code: 'webhook_failed' });
  await webhook.restart({ WEBHOOK_CODE: code });
  await owner.client.webhook.bind.mutate();
  expect(await owner.client.webhook.state.query()).toMatchObject({ mode: 'platform', offer: null });
  await owner.client.webhook.unbind.mutate();
  expect((await owner.client.webhook.state.query()).bound).toBeNull();
  expect((await list(owner, 1))[0]).toMatchObject({ type: 'vault_change', action: 'unbind' });
});

test('binding: a session without the password cannot name another webhook', async () => {
  const owner = await server.createOwner();
  const named = { url: 'https://elsewhere.example.com', keytrailUrl: server.url, password: 'not the password' };
  expect(await getRefusal(owner.client.webhook.offer.mutate(named))).toMatchObject({ code: 'password_wrong' });
  expect(await owner.client.webhook.state.query()).toMatchObject({ offer: null, bound: null });
});

test('binding: a code is good for five minutes', async () => {
  const later = await startTestServer(webhookVariables);
  try {
    const owner = await later.createOwner();
    const { expiresAt } = await owner.client.webhook.offer.mutate({
      url: 'http://127.0.0.1:9',
      keytrailUrl: later.url,
      password,
    });
    expect(Date.parse(expiresAt) - later.app.ctx.nowMs()).toBeLessThanOrEqual(300_000);
    expect(await getRefusal(owner.client.webhook.bind.mutate())).toMatchObject({ status: 502 });
    later.advance(300_000);
    expect(await getRefusal(owner.client.webhook.bind.mutate())).toMatchObject({ status: 409 });
    expect((await owner.client.webhook.state.query()).offer).toBeNull();
  } finally {
    await later.stop();
  }
});

test('binding: a private address is refused unless the operator allows it by name, and http always is elsewhere', async () => {
  const closed = await startTestServer();
  try {
    const owner = await closed.createOwner();
    const keytrailUrl = closed.url;
    const offer = (url: string) => owner.client.webhook.offer.mutate({ url, keytrailUrl, password });
    expect(await getRefusal(offer('http://127.0.0.1:4320'))).toMatchObject({ status: 400 });
    expect(await getRefusal(offer('https://user:word@vault.example.com'))).toMatchObject({ status: 400 });
    await offer('https://127.0.0.1:4320');
    const refusal = await getRefusal(owner.client.webhook.bind.mutate());
    expect(refusal).toMatchObject({ code: 'webhook_failed' });
    expect(refusal.sentence).toContain('KEYTRAIL_ALLOWED_UPSTREAMS');
  } finally {
    await closed.stop();
  }
});

test('the whole of it stands in the log, in order and without a secret', async () => {
  const { owner, client, webhook } = await furnish();
  await client.agent.credential.mutate({ service: 'github' });
  await webhook.kill();
  server.advance(6_000);
  await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await webhook.restart();
  await expect.poll(async () => (await list(owner)).some(({ action }) => action === 'deliver')).toBe(true);
  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
  const lines = JSON.stringify(await list(owner, 200));
  expect(lines).not.toContain(tokenValue);
  expect(lines).not.toContain('kt_bind_');
  expect(server.logged()).not.toContain('kt_bind_');
});

test('a webhook that is bound to nobody gives nothing', async () => {
  const { key } = await furnish();
  const { redirect } = await ask(key);
  const dir = await makeTempDir();
  const fresh = await startWebhook({ WEBHOOK_DIR: dir.path });
  expect((await redeem({ url: `${fresh.url}/credential`, ticket: redirect.ticket })).status).toBe(409);
  await fresh.kill();
  await dir.remove();
});
