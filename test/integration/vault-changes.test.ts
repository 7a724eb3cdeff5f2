// What changes an account or its vault leaves an event that says who and from where; where the event cannot be stored,
// nothing changes. What else better-auth could do is closed.

import { connect } from '@keytrail/server/base/db';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { password, postAuth, signIn } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
let requests = 0;
beforeAll(async () => {
  // Each request from an address of its own, so that the limits of sign-in count them apart.
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1/32' });
});
afterAll(() => server.stop());

const newPassword = 'another horse battery';
const from = () => ({ 'x-forwarded-for': `203.0.113.${++requests % 250}`, 'user-agent': 'curl/8.9.0' });

function post(owner: Owner, path: string, body: object = {}) {
  return postAuth(server.url, path, body, { ...from(), authorization: `Bearer ${owner.session}` });
}

async function attempt(email: string, secret: string): Promise<number> {
  return (await postAuth(server.url, 'sign-in/email', { email, password: secret }, from())).status;
}

/** The account's log, read past any session that a test has ended. */
async function readLog(owner: Owner): Promise<AuditEvent[]> {
  const sql = connect(server.databaseUrl, { max: 1 });
  const rows = await sql<{ line: string }[]>`
    select e.line from events e join accounts a on a.id = e.account_id where a.email = ${owner.email} order by e.seq`;
  await sql.end();
  return rows.map(({ line }) => JSON.parse(line).ev);
}

/** Runs `work` while nothing can be appended: every log refuses. */
async function whileAppendsFail<T>(work: () => Promise<T>): Promise<T> {
  const sql = connect(server.databaseUrl, { max: 1 });
  const fn = `function append_batch(uuid[], text[], boolean),
    append_batch_counted(uuid[], text[], boolean, integer[], text[], bigint[], bigint[], bigint)`;
  try {
    await sql.unsafe(`revoke execute on ${fn} from keytrail_app`);
    return await work();
  } finally {
    await sql.unsafe(`grant execute on ${fn} to keytrail_app`);
    await sql.end();
  }
}

const fromHere = { client: 'cli', clientIp: expect.stringMatching(/^203\.0\.113\./), userAgent: 'curl/8.9.0' };

async function readTail(owner: Owner, count: number) {
  const events = await readLog(owner);
  await checkLog(server.databaseUrl, (await getAccountId(owner)) ?? '');
  return events.slice(-count);
}

async function getAccountId(owner: Owner): Promise<string | undefined> {
  const sql = connect(server.databaseUrl, { max: 1 });
  const [row] = await sql<{ id: string }[]>`select id from accounts where email = ${owner.email}`;
  await sql.end();
  return row?.id;
}

async function countSessions(owner: Owner): Promise<number> {
  const sql = connect(server.databaseUrl, { max: 1 });
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from sessions s join accounts a on a.id = s.account_id where a.email = ${owner.email}`;
  await sql.end();
  return row?.n ?? -1;
}

async function isSignedIn(session: string): Promise<boolean> {
  return createClient(server.url, session)
    .account.me.query()
    .then(
      () => true,
      () => false,
    );
}

test('signing up and in: the event says from where, and that the account was made', async () => {
  const owner = await server.createOwner();
  expect(await attempt(owner.email, password)).toBe(200);
  const [first, second] = await readLog(owner);
  expect(first).toMatchObject({ action: 'sign_in', title: 'Signed in', note: 'The account was created' });
  expect(second).toMatchObject({
    type: 'vault_change',
    action: 'sign_in',
    source: 'direct',
    outcome: 'ok',
    ...fromHere,
  });
  expect(second).not.toHaveProperty('note');
});

test('signing out: the event names the session that ended', async () => {
  const owner = await server.createOwner();
  expect((await post(owner, 'sign-out')).status).toBe(200);
  expect(await readTail(owner, 1)).toMatchObject([
    { action: 'sign_out', title: 'Signed out', note: expect.stringContaining('198.18.'), ...fromHere },
  ]);
  expect(await isSignedIn(owner.session)).toBe(false);
});

test('revoking one session and all others: an event for each that ended, none for what was gone', async () => {
  const owner = await server.createOwner();
  const [one, ...others] = [
    await signIn(server.url, owner.email),
    await signIn(server.url, owner.email),
    await signIn(server.url, owner.email),
  ];
  const token = one?.split('.')[0] ?? '';
  for (let twice = 0; twice < 2; twice++) expect((await post(owner, 'revoke-session', { token })).status).toBe(200);
  expect((await post(owner, 'revoke-other-sessions')).status).toBe(200);
  const events = await readTail(owner, 3);
  for (const event of events) expect(event).toMatchObject({ action: 'revoke', title: 'Session revoked', ...fromHere });
  expect(events[1]?.correlationId).toBe(events[2]?.correlationId);
  expect((await readLog(owner)).filter(({ action }) => action === 'revoke')).toHaveLength(1 + others.length);
  expect(await countSessions(owner)).toBe(1);
  expect(JSON.stringify(events)).not.toContain(token);
});

test('a new password: the events say that it changed, which sessions ended and that one was renewed', async () => {
  const owner = await server.createOwner();
  await signIn(server.url, owner.email);
  const change = { currentPassword: password, newPassword, revokeOtherSessions: true };
  expect((await post(owner, 'change-password', change)).status).toBe(200);
  const events = await readTail(owner, 4);
  expect(events.map(({ title }) => title)).toEqual([
    'Session revoked',
    'Session revoked',
    'Password changed',
    'Session renewed',
  ]);
  for (const event of events) expect(event).toMatchObject(fromHere);
  expect(await attempt(owner.email, newPassword)).toBe(200);
  expect(JSON.stringify(await readLog(owner))).not.toContain(newPassword);
});

test('a new name: the event says which member changed', async () => {
  const owner = await server.createOwner();
  expect((await post(owner, 'update-user', { name: 'Renamed Person' })).status).toBe(200);
  expect(await readTail(owner, 1)).toMatchObject([
    { action: 'update', title: 'Profile changed', fields: ['name'], ...fromHere },
  ]);
});

test('where the event cannot be stored, nothing changes and the answer says so', async () => {
  const owner = await server.createOwner();
  const second = await signIn(server.url, owner.email);
  const before = await readLog(owner);
  const email = `never-${owner.email}`;
  const answers = await whileAppendsFail(async () => [
    await postAuth(server.url, 'sign-up/email', { name: 'Never', email, password }, from()),
    await postAuth(server.url, 'sign-in/email', { email: owner.email, password }, from()),
    await post(owner, 'sign-out'),
    await post(owner, 'revoke-session', { token: second.split('.')[0] }),
    await post(owner, 'revoke-sessions'),
    await post(owner, 'revoke-other-sessions'),
    await post(owner, 'change-password', { currentPassword: password, newPassword, revokeOtherSessions: true }),
    await post(owner, 'change-password', { currentPassword: password, newPassword }),
    await post(owner, 'update-user', { name: 'Never' }),
  ]);
  for (const answer of answers) {
    // better-auth turns some into a 500 of its own, of which it keeps the status.
    expect([500, 503]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ code: 'EVENT_NOT_RECORDED' });
  }
  expect(await getAccountId({ ...owner, email })).toBeUndefined();
  expect(await countSessions(owner)).toBe(2);
  expect(await isSignedIn(second)).toBe(true);
  expect((await owner.client.account.me.query()).name).toBe('Test Person');
  expect(await readLog(owner)).toEqual(before);
  expect(await attempt(owner.email, newPassword)).toBe(401);
  expect(await attempt(owner.email, password)).toBe(200);
});

test('a log that somebody holds locked: the sign-in is given up with its event', async () => {
  const owner = await server.createOwner();
  const sql = connect(server.databaseUrl, { max: 1 });
  const accountId = (await getAccountId(owner)) ?? '';
  await sql.begin(async (tx) => {
    await tx`select from heads where account_id = ${accountId} for update`;
    expect(await attempt(owner.email, password)).toBe(503);
  });
  await sql.end();
  expect(await countSessions(owner)).toBe(1);
});

test('removing an agent: its grants and its key are revoked by name, tied to the removal', async () => {
  const owner = await server.createOwner();
  const { agent, grant, credential } = await createGrantedAgent(owner, server.url);
  const gone = await createToken(owner, 'gitlab');
  const given = await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: gone.id });
  await owner.client.grants.revoke.mutate({ id: given.id });
  await whileAppendsFail(() => getRefusal(owner.client.agents.remove.mutate({ id: agent.id })));
  expect(await owner.client.grants.list.query({ agentId: agent.id })).toHaveLength(2);
  await owner.client.agents.remove.mutate({ id: agent.id });
  const events = await readTail(owner, 3);
  expect(events).toMatchObject([
    { action: 'revoke', title: 'Grant revoked', grantId: grant.id, credentialId: credential.id, service: 'github' },
    { action: 'revoke', title: 'Agent key revoked', keyId: expect.any(String) },
    { action: 'delete', title: 'Agent removed' },
  ]);
  for (const event of events) {
    expect(event).toMatchObject({
      agentId: agent.id,
      agentName: 'deploy-bot',
      correlationId: events[0]?.correlationId,
    });
  }
});

test('a key has one id in the log from its making over its use to its end', async () => {
  const owner = await server.createOwner();
  const { agent } = await createGrantedAgent(owner, server.url);
  const { key } = await owner.client.agents.rotateKey.mutate({ id: agent.id });
  await createClient(server.url, key).agent.credential.mutate({ service: 'github' });
  await owner.client.agents.remove.mutate({ id: agent.id });
  const events = await readLog(owner);
  const idsOf = (title: string) => events.filter((event) => event.title === title).map(({ keyId }) => keyId);
  const [first] = idsOf('Agent created');
  const [second] = idsOf('Agent key rotated');
  expect([first, second]).toEqual([expect.any(String), expect.any(String)]);
  expect(second).not.toBe(first);
  expect(idsOf('deploy-bot')).toEqual([second]);
  expect(idsOf('Agent key revoked')).toEqual([first, second]);
});

test('removing a credential: its grants are revoked by name, tied to the removal', async () => {
  const owner = await server.createOwner();
  const { agent, grant, credential } = await createGrantedAgent(owner, server.url);
  await whileAppendsFail(() => getRefusal(owner.client.credentials.remove.mutate({ id: credential.id })));
  expect(await owner.client.credentials.list.query()).toHaveLength(1);
  await owner.client.credentials.remove.mutate({ id: credential.id });
  const events = await readTail(owner, 2);
  expect(events).toMatchObject([
    { action: 'revoke', title: 'Grant revoked', grantId: grant.id, agentId: agent.id, agentName: 'deploy-bot' },
    { action: 'delete', title: 'Credential deleted' },
  ]);
  for (const event of events) {
    expect(event).toMatchObject({
      credentialId: credential.id,
      credentialLabel: 'main',
      correlationId: events[0]?.correlationId,
    });
  }
});

test('removals, grants and revocations at once: none waits in a circle, every grant ends in the log exactly once', async () => {
  const owner = await server.createOwner();
  for (let round = 0; round < 10; round++) {
    const { agent, grant, credential } = await createGrantedAgent(owner, server.url);
    const pair = { agentId: agent.id, credentialId: credential.id };
    const calls = [
      () => owner.client.grants.revoke.mutate({ id: grant.id }),
      () => owner.client.grants.create.mutate(pair),
      () => owner.client.credentials.remove.mutate({ id: credential.id }),
      () => owner.client.grants.create.mutate(pair),
      () => owner.client.agents.remove.mutate({ id: agent.id }),
    ];
    const inTurn = calls.map((_, index) => calls[(index + round) % calls.length]);
    for (const result of await Promise.allSettled(inTurn.map((call) => call?.()))) {
      if (result.status === 'fulfilled') continue;
      expect(await getRefusal(Promise.reject(result.reason))).toMatchObject({ code: 'not_found' });
    }
  }
  const events = await readLog(owner);
  const idsOf = (action: string) =>
    events
      .flatMap((event) => (event.action === action && event.grantId !== undefined ? [event.grantId] : []))
      .toSorted();
  expect(idsOf('revoke')).toEqual(idsOf('create'));
  expect(events.filter(({ action }) => action === 'delete')).toHaveLength(20);
  await checkLog(server.databaseUrl, (await getAccountId(owner)) ?? '');
});

test('a secret that does not open: the failed access is recorded, for the owner and for an agent', async () => {
  const owner = await server.createOwner();
  const { client, credential } = await createGrantedAgent(owner, server.url);
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update credentials set sealed = jsonb_set(sealed, '{value,version}', '7') where id = ${credential.id}`;
  await sql.end();
  for (const call of [
    () => owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' }),
    () => client.agent.credential.mutate({ service: 'github' }),
  ]) {
    expect(await getRefusal(call())).toMatchObject({ status: 500, code: 'secret_unreadable' });
  }
  const failed = { outcome: 'failed', service: 'github', credentialId: credential.id, fields: ['value'] };
  expect(await readTail(owner, 2)).toMatchObject([
    {
      type: 'secret_access',
      source: 'direct',
      action: 'reveal',
      note: expect.stringContaining('master key'),
      ...failed,
    },
    { type: 'agent_access', source: 'agent', action: 'fetch', agentName: 'deploy-bot', ...failed },
  ]);
});

test('wrong passwords: each kind is recorded ten times an hour and no more, nothing for an address that nobody has', async () => {
  const owner = await server.createOwner();
  for (let tries = 0; tries < 13; tries++) expect(await attempt(owner.email, 'wrong password here')).toBe(401);
  expect(await attempt(`nobody-${owner.email}`, 'wrong password here')).toBe(401);
  const denied = async () => (await readLog(owner)).filter(({ outcome }) => outcome === 'denied');
  await expect.poll(async () => (await denied()).length).toBe(10);
  const events = await denied();
  expect(events[0]).toMatchObject({ type: 'vault_change', action: 'sign_in', title: 'Sign-in failed', ...fromHere });
  expect(events[0]?.note).toBe('Wrong password');
  expect(events[9]?.note).toContain('the last one');
  // What strangers do at the door hides nothing of what is tried with a session.
  const wrongChange = { currentPassword: 'wrong password here', newPassword };
  expect((await post(owner, 'change-password', wrongChange)).status).toBe(400);
  await expect.poll(async () => (await denied()).length).toBe(11);
  expect((await denied()).at(-1)).toMatchObject({ action: 'update', title: 'Password change failed', ...fromHere });
  server.advance(3_600_001);
  expect(await attempt(owner.email, 'wrong password here')).toBe(401);
  await expect.poll(async () => (await denied()).length).toBe(12);
  expect(JSON.stringify(await denied())).not.toContain('wrong password here');
});

test('a password cannot be guessed by changing it, from however many addresses; the right one takes the tries back', async () => {
  const owner = await server.createOwner();
  const change = async (currentPassword: string) => {
    const answer = await post(owner, 'change-password', { currentPassword, newPassword: password });
    return answer.status;
  };
  for (let tries = 0; tries < 9; tries++) expect(await change(`wrong password ${tries}`)).toBe(400);
  expect(await change(password)).toBe(200);
  for (let tries = 0; tries < 10; tries++) expect(await change(`wrong password ${tries}`)).toBe(400);
  expect(await change(password)).toBe(429);
  // It is one count with that of unlocking the vault.
  await owner.client.vault.lock.mutate();
  expect(await getRefusal(owner.client.vault.unlock.mutate({ password }))).toMatchObject({ code: 'too_many_tries' });
  server.advance(15 * 60_000);
  expect(await change(password)).toBe(200);
});

test.each([
  'sign-in/social',
  'callback/github',
  'link-social',
  'unlink-account',
  'list-accounts',
  'get-access-token',
  'refresh-token',
  'account-info',
  'get-session',
  'update-session',
  'change-email',
  'delete-user',
  'delete-user/callback',
  'request-password-reset',
  'reset-password',
  'reset-password/token',
  'send-verification-email',
  'verify-email',
  'verify-password',
  'set-password',
  'ok',
  'error',
])('closed: %s', async (path) => {
  const owner = { authorization: 'Bearer none' };
  for (const suffix of ['', '/', '?x=1']) {
    expect((await postAuth(server.url, `${path}${suffix}`, {}, owner)).status).toBe(404);
    expect((await fetch(`${server.url}/api/auth/${path}${suffix}`)).status).toBe(404);
  }
});
