// The owner of a vault on their webhook: what they write goes there without Keytrail seeing it, and what they read comes from there.

import { connect } from '@keytrail/server/base/db';
import { toReleasedValues } from '@keytrail/server/vault/release';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { getRefusal } from '../kit/client.ts';
import { connectMcp } from '../kit/mcp-client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent } from '../kit/vault.ts';
import { type BoundWebhook, bindWebhook, readKept, redeem, switchVault, webhookVariables } from '../kit/webhook.ts';

const seed = 'JBSWY3DPEHPK3PXP';

let server: TestServer;
let owner: Owner;
let webhook: BoundWebhook;
beforeAll(async () => {
  server = await startTestServer(webhookVariables);
  owner = await server.createOwner();
  webhook = await bindWebhook(server, owner, { WEBHOOK_RETURN: 'on' });
  await switchVault(owner, 'webhook');
});
afterAll(async () => {
  await webhook.stop();
  await server.stop();
});

async function list(): Promise<AuditEvent[]> {
  return (await owner.client.audit.list.query({ limit: 100 })).events;
}

const store = (redirect: { url: string; ticket: string }, fields: Record<string, string | null>) =>
  redeem(redirect, { 'content-type': 'application/json' }, JSON.stringify({ fields }));

/** Writes a login as the extension does. */
async function createLogin(label: string, fields: Record<string, string> = { password: 'pass-5f2c-word', totp: seed }) {
  const { credential, redirect } = await owner.client.credentials.createHeld.mutate({
    kind: 'login',
    service: 'mail',
    label,
    public: { username: 'me@example.com', sites: ['https://mail.example.com'] },
    secretFields: Object.keys(fields),
  });
  if (redirect === null) throw new Error('no ticket');
  return { credential, redirect, fields };
}

async function reveal(id: string, field: string) {
  const { redirect, values, event } = await owner.client.credentials.use.mutate({
    id,
    action: 'reveal',
    fields: [field],
  });
  if (redirect === null) throw new Error('no ticket');
  expect(values).toEqual({});
  const answer = await redeem(redirect);
  const body = (await answer.json()) as { result?: { data: { values: Record<string, string> } } };
  return { status: answer.status, value: body.result?.data.values[field], event };
}

test('what the owner writes goes to the webhook alone, and comes back from there', async () => {
  const { credential, redirect, fields } = await createLogin('main');
  expect(redirect.url).toBe(`${webhook.url}/store`);
  const stored = await store(redirect, fields);
  expect(stored.status).toBe(200);
  expect((await readKept(webhook)).get(credential.id)).toEqual(fields);
  const { value, event } = await reveal(credential.id, 'password');
  expect(value).toBe('pass-5f2c-word');
  expect(event).toMatchObject({ type: 'secret_access', action: 'ticket', source: 'direct', fields: ['password'] });
  expect(event.note).toContain('to reveal');
  await expect.poll(async () => (await list()).filter(({ action }) => action === 'deliver').length).toBe(2);
  const [delivered, kept] = (await list()).filter(({ action }) => action === 'deliver');
  expect(kept).toMatchObject({
    type: 'vault_change',
    note: 'Stored by the owner’s webhook',
    fields: ['password', 'totp'],
  });
  expect(delivered).toMatchObject({ type: 'secret_access', correlationId: event.correlationId });
  expect(server.logged()).not.toContain('pass-5f2c-word');
});

const seeds = {
  'a Base32 seed': seed,
  'an otpauth address': `otpauth://totp/mail?secret=${seed}&algorithm=SHA256&digits=8&period=60`,
};
for (const [what, totp] of Object.entries(seeds)) {
  test(`of ${what} only the code leaves, the same that Keytrail would make`, async () => {
    const { credential, redirect, fields } = await createLogin(what, { password: 'word', totp });
    await store(redirect, fields);
    const { value } = await reveal(credential.id, 'totp');
    const toCode = (nowMs: number) => toReleasedValues('login', ['totp'], { totp }, {}, nowMs).totp;
    expect([toCode(Date.now() - 10_000), toCode(Date.now())]).toContain(value);
  });
}

test('an agent gets user name, password and code in one answer, over MCP a redirect', async () => {
  const { credential, redirect, fields } = await createLogin('for agents');
  await store(redirect, fields);
  const bot = await createAgent(owner, server.url);
  await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
  const { values } = await bot.client.agent.credential.mutate({ service: 'mail' });
  expect(values).toMatchObject({ username: 'me@example.com', password: 'pass-5f2c-word' });
  expect(values.totp).toMatch(/^\d{6}$/);
  const mcp = await connectMcp(`${server.url}/mcp`, bot.key, '2025-11-25');
  const { isError, values: answered } = await mcp.callTool('get_one_time_code', { service: 'mail' });
  await mcp.close();
  expect(isError).toBe(false);
  expect(answered).toMatchObject({ code: '', service: 'mail', redirect: { url: `${webhook.url}/credential` } });
});

test('a ticket to write covers its own fields, once', async () => {
  const { credential, redirect } = await createLogin('narrow', { password: 'one' });
  expect((await store(redirect, { totp: seed })).status).toBe(400);
  expect((await store(redirect, { password: 'one' })).status).toBe(200);
  expect((await store(redirect, { password: 'two' })).status).toBe(410);
  expect((await reveal(credential.id, 'password')).value).toBe('one');
  const asked = await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  if (asked.redirect === null) throw new Error('no ticket');
  const elsewhere = { ...asked.redirect, url: redirect.url };
  expect((await store(elsewhere, { password: 'three' })).status).toBe(403);
});

test('edits write and remove single fields; the rest stays', async () => {
  const { credential, redirect, fields } = await createLogin('edited');
  await store(redirect, fields);
  const { id, version } = credential;
  const edit = await owner.client.credentials.updateHeld.mutate({
    id,
    version,
    label: 'renamed',
    setFields: ['password', 'notes'],
    removedFields: ['totp'],
  });
  expect(edit.credential).toMatchObject({ label: 'renamed', version: 2, secretFields: ['notes', 'password'] });
  if (edit.redirect === null) throw new Error('no ticket');
  await store(edit.redirect, { password: 'new-word', notes: 'a note', totp: null });
  expect((await readKept(webhook)).get(id)).toEqual({ password: 'new-word', notes: 'a note' });
  const metadata = await owner.client.credentials.update.mutate({ id, version: 2, tags: ['work'] });
  expect(metadata.tags).toEqual(['work']);
  const stale = owner.client.credentials.updateHeld.mutate({ id, version, setFields: ['password'] });
  expect(await getRefusal(stale)).toMatchObject({ status: 409 });
});

test('no secret can be sent to Keytrail by mistake', async () => {
  const secret = { value: 'must-not-come-here' };
  const made = owner.client.credentials.create.mutate({ kind: 'token', service: 'x', label: 'x', secret });
  expect(await getRefusal(made)).toMatchObject({ status: 409, code: 'conflict' });
  const { credential, redirect, fields } = await createLogin('kept');
  await store(redirect, fields);
  const { id, version } = credential;
  const changed = owner.client.credentials.update.mutate({ id, version, secret: { password: 'must-not-come-here' } });
  expect(await getRefusal(changed)).toMatchObject({ status: 409, code: 'conflict' });
  expect(
    await getRefusal(
      owner.client.credentials.createHeld.mutate({
        kind: 'login',
        service: 'x',
        label: 'y',
        secretFields: ['password'],
      }),
    ),
  ).toMatchObject({ status: 400 });
  const sql = connect(server.databaseUrl, { max: 1 });
  const rows = await sql<{ sealed: Record<string, { box: string | null }> }[]>`select sealed from credentials`;
  await sql.end();
  expect(rows.flatMap(({ sealed }) => Object.values(sealed)).filter(({ box }) => box !== null)).toEqual([]);
});

test('a credential whose secret never arrived is refused by the webhook, and the log says so', async () => {
  const { credential } = await createLogin('lost');
  const { status, event } = await reveal(credential.id, 'password');
  expect(status).toBe(404);
  const find = async () =>
    (await list()).find((each) => each.correlationId === event.correlationId && each.outcome === 'failed');
  await expect.poll(find).toMatchObject({ note: 'Refused by the owner’s webhook: it does not hold this credential' });
});

test('a deleted credential is deleted at the webhook', async () => {
  const { credential, redirect, fields } = await createLogin('deleted');
  await store(redirect, fields);
  expect((await readKept(webhook)).has(credential.id)).toBe(true);
  await owner.client.credentials.remove.mutate({ id: credential.id });
  await expect.poll(async () => (await readKept(webhook)).has(credential.id)).toBe(false);
});

test('while the webhook is away, the owner is refused with the rule, and nothing is saved', async () => {
  const { credential, redirect, fields } = await createLogin('away');
  await store(redirect, fields);
  await webhook.kill();
  server.advance(6_000);
  const used = owner.client.credentials.use.mutate({ id: credential.id, action: 'copy' });
  const refusal = await getRefusal(used);
  expect(refusal).toMatchObject({ status: 503, rule: 'webhook_down' });
  expect(refusal.sentence).toContain('Start it, then try again');
  expect((await list())[0]).toMatchObject({ type: 'policy_denied', action: 'copy', source: 'direct' });
  expect(await getRefusal(createLogin('never'))).toMatchObject({ status: 502, code: 'webhook_failed' });
  await webhook.restart();
  server.advance(6_000);
  expect((await reveal(credential.id, 'password')).value).toBe('pass-5f2c-word');
});

test('an edit on its way while the vault moves back is not lost', async () => {
  const other = await server.createOwner();
  const kept = await bindWebhook(server, other, { WEBHOOK_RETURN: 'on' });
  try {
    await switchVault(other, 'webhook');
    const { credential, redirect } = await other.client.credentials.createHeld.mutate({
      kind: 'token',
      service: 'late',
      label: 'edit',
      secretFields: ['value'],
    });
    if (redirect === null) throw new Error('no ticket');
    await store(redirect, { value: 'old' });
    const { id, version } = credential;
    const edit = await other.client.credentials.updateHeld.mutate({ id, version, setFields: ['value'] });
    await other.client.webhook.switchMode.mutate({ mode: 'platform' });
    await expect.poll(async () => (await other.client.webhook.state.query()).move?.error).toContain('on its way');
    if (edit.redirect === null) throw new Error('no ticket');
    await store(edit.redirect, { value: 'new' });
    await expect.poll(async () => (await other.client.webhook.state.query()).move).toBeNull();
    expect((await other.client.credentials.use.mutate({ id, action: 'reveal' })).values).toEqual({ value: 'new' });
  } finally {
    await kept.stop();
  }
});

test('a token at a webhook that renews none is given out as it is: nobody here can renew it, and nobody tries', async () => {
  const other = await server.createOwner();
  const kept = await bindWebhook(server, other);
  try {
    const { id } = await other.client.credentials.create.mutate({
      kind: 'oauth',
      service: 'calendar',
      label: 'main',
      public: {
        tokenUrl: 'http://127.0.0.1:9/token',
        clientId: 'client',
        accessTokenExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
      secret: { accessToken: 'access-5f2c', refreshToken: 'refresh-5f2c' },
    });
    await switchVault(other, 'webhook');
    expect(await getRefusal(other.client.credentials.refresh.mutate({ id }))).toMatchObject({ status: 409 });
    const bot = await createAgent(other, server.url);
    await other.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: id });
    const { version, public: readable } = (await other.client.credentials.list.query())[0] ?? {
      version: 0,
      public: {},
    };
    const ended = { ...readable, accessTokenExpiresAt: new Date(Date.now() - 1000).toISOString() };
    await other.client.credentials.update.mutate({ id, version, public: ended });
    const { values } = await bot.client.agent.credential.mutate({ service: 'calendar' });
    expect(values).toEqual({ accessToken: 'access-5f2c' });
    const [listed] = await other.client.credentials.list.query();
    expect(listed?.refresh).toMatchObject({ heldBy: 'webhook', refreshedAt: null, failing: null });
    expect((await other.client.webhook.state.query()).bound).toMatchObject({ capabilities: [], refresh: null });
    const { events } = await other.client.audit.list.query({ filter: { types: ['token_refresh'] }, limit: 10 });
    expect(events).toEqual([]);
  } finally {
    await kept.stop();
  }
});

test('the log of all of it holds, without a secret', async () => {
  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
  const text = JSON.stringify(await list());
  for (const secret of ['pass-5f2c-word', seed, 'new-word', 'must-not']) expect(text).not.toContain(secret);
});
