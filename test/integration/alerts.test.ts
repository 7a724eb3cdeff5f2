// Alerts: each kind once, with the log filtered to its cause; muted, merged within a minute, over nodes and restarts.

import { readdir, readFile } from 'node:fs/promises';
import { catchUpAlerts, forgetAgedRequestsAndAlerts } from '@keytrail/server/agents/alert-jobs';
import { readAlerts } from '@keytrail/server/agents/alert-reader';
import { append } from '@keytrail/server/audit/append';
import { connect } from '@keytrail/server/base/db';
import type { AlertSummary, Inbox } from '@keytrail/shared/alert';
import type { EventDraft } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, getRefusal } from '../kit/client.ts';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let server: TestServer;
let upstream: HttpUpstream;
let cursorMoves = 0;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  server = await startTestServer(
    { KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1', KEYTRAIL_ALLOWED_UPSTREAMS: upstream.host },
    {
      onStatement: (statement) => {
        if (statement.includes('insert into "alert_cursors"')) cursorMoves += 1;
      },
    },
  );
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

/** All alerts of an account, oldest first, once what was appended is read. */
async function listAll(owner: Owner): Promise<AlertSummary[]> {
  await server.app.ctx.alertReads.settle();
  return (await owner.client.alerts.list.query()).alerts.reverse();
}

async function listKinds(owner: Owner): Promise<string[]> {
  return (await listAll(owner)).map(({ kind }) => kind);
}

/** What the log shows for an alert. */
async function listCause(owner: Owner, { filter }: AlertSummary) {
  return (await owner.client.audit.list.query({ filter: JSON.parse(JSON.stringify(filter)), limit: 200 })).events;
}

/** The agent's key, used from some address by some program. */
function useFrom(key: string, ip: string, userAgent = 'node') {
  const client = createClient(server.url, key, { 'x-forwarded-for': ip, 'user-agent': userAgent });
  return client.agent.credential.mutate({ service: 'github' });
}

async function getAccountId(owner: Owner): Promise<string> {
  return (await owner.client.account.me.query()).accountId;
}

const refresh = (credential: { id: string }, outcome: 'ok' | 'failed'): EventDraft => ({
  type: 'token_refresh',
  action: 'update',
  source: 'system',
  outcome,
  title: 'Token refresh',
  service: 'github',
  credentialId: credential.id,
  credentialLabel: 'main',
  ...(outcome === 'failed' ? { note: 'invalid_grant' } : {}),
});

test('first use: one alert, whose link holds exactly that use', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const { eventId } = await client.agent.credential.mutate({ service: 'github' });
  await client.agent.credential.mutate({ service: 'github' });
  const [alert, ...others] = await listAll(owner);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    kind: 'first_use',
    subject: 'deploy-bot',
    agentId: agent.id,
    credentialId: credential.id,
    eventId,
    seenAt: null,
  });
  if (alert === undefined) throw new Error('unreachable');
  expect(alert.sentence).toMatch(/^deploy-bot used a credential for the first time: github \(main\), from [\d.]+\.$/);
  expect((await listCause(owner, alert)).map(({ id }) => id)).toEqual([eventId]);
  expect(JSON.stringify(alert)).not.toContain(tokenValue);
});

test('new address and new client, of an agent and of the owner; each links to exactly its use', async () => {
  const owner = await server.createOwner();
  const { key, credential } = await createGrantedAgent(owner, server.url);
  await useFrom(key, '203.0.113.1');
  const fromNew = await useFrom(key, '203.0.113.2');
  const byNew = await useFrom(key, '203.0.113.1', 'curl/8.1');
  const revealFrom = (ip: string, userAgent = 'node') =>
    createClient(server.url, owner.session, { 'x-forwarded-for': ip, 'user-agent': userAgent }).credentials.use.mutate({
      id: credential.id,
      action: 'reveal',
    });
  await revealFrom('203.0.113.1');
  const ownFromNew = await revealFrom('203.0.113.9');
  const ownByNew = await revealFrom('203.0.113.1', 'curl/8.1');
  const alerts = await listAll(owner);
  expect(alerts.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
    'first_use deploy-bot',
    'new_ip deploy-bot',
    'new_client deploy-bot',
    'new_ip Direct Access',
    'new_client Direct Access',
  ]);
  const causes = await Promise.all(alerts.slice(1).map((alert) => listCause(owner, alert)));
  expect(causes.map((events) => events.map(({ id }) => id))).toEqual([
    [fromNew.eventId],
    [byNew.eventId],
    [ownFromNew.event.id],
    [ownByNew.event.id],
  ]);
});

/** A proxy of an HTTP API that lets the paths under /items through, and a call of it from some address by some program. */
async function createCalledProxy(owner: Owner) {
  const routes = [{ method: 'GET' as const, path: '/items/*' }];
  const made = await createTokenProxy(owner, { kind: 'http', upstreamUrl: upstream.url, routes });
  const callFrom = async (ip: string, path = '/items/1', userAgent = 'node') => {
    const headers = { authorization: `Bearer ${made.key}`, 'x-forwarded-for': ip, 'user-agent': userAgent };
    const answer = await callPlainly(`${server.url}/http/p/${made.proxy.name}${path}`, { headers });
    await answer.readText();
    return answer.status;
  };
  return { ...made, callFrom };
}

test('a proxy: its first call, a new address, a new client and a burst; each links to its cause, and its owner’s try is none', async () => {
  const owner = await server.createOwner();
  const { proxy, credential, callFrom } = await createCalledProxy(owner);
  expect(await owner.client.proxies.test.mutate({ id: proxy.id })).toMatchObject({ outcome: 'answered' });
  expect(await listAll(owner)).toEqual([]);
  for (const [ip, userAgent] of [
    ['203.0.113.1', 'node'],
    ['203.0.113.2', 'node'],
    ['203.0.113.1', 'curl/8.1'],
    ['203.0.113.1', 'node'],
  ] as const) {
    expect(await callFrom(ip, '/items/1', userAgent)).toBe(200);
  }
  for (let n = 0; n < 10; n++) expect(await callFrom('203.0.113.1', '/users')).toBe(403);
  const alerts = await listAll(owner);
  const of = { subject: proxy.name, proxyId: proxy.id, agentId: null };
  expect(alerts).toMatchObject([
    { kind: 'first_use', credentialId: credential.id, ...of },
    { kind: 'new_ip', ...of },
    { kind: 'new_client', ...of },
    { kind: 'denial_burst', ...of },
  ]);
  expect(alerts[0]?.sentence).toBe(
    `The proxy ${proxy.name} was called for the first time: GET /items/1 at ${upstream.host}, from 203.0.113.1.`,
  );
  expect(alerts[3]?.sentence).toMatch(/^The proxy .* was refused 10 times within /);
  const causes = await Promise.all(alerts.map((alert) => listCause(owner, alert)));
  const injected = causes.map((events) => events.filter(({ action }) => action === 'inject'));
  expect(injected.slice(0, 3).map((events) => events.map(({ id }) => id))).toEqual(
    alerts.slice(0, 3).map(({ eventId }) => [eventId]),
  );
  expect(injected[3]?.map(({ rule }) => rule)).toEqual(Array.from({ length: 10 }, () => 'route'));

  // Muted for this proxy, another one is still heard.
  const mute = { kind: 'first_use', proxyId: proxy.id } as const;
  await owner.client.alerts.setMute.mutate({ ...mute, muted: true });
  await owner.client.alerts.setMute.mutate({ kind: 'new_ip', proxyId: proxy.id, muted: true });
  expect(await owner.client.alerts.mutes.query()).toEqual([
    { ...mute, agentId: null },
    { kind: 'new_ip', proxyId: proxy.id, agentId: null },
  ]);
  const [change] = (await owner.client.audit.list.query({ filter: { types: ['vault_change'] }, limit: 1 })).events;
  expect(change).toMatchObject({ title: 'Alerts muted', proxyName: proxy.name });
  await callFrom('203.0.113.7');
  await (await createCalledProxy(owner)).callFrom('203.0.113.7');
  expect((await listKinds(owner)).slice(4)).toEqual(['first_use']);
  // However much alike it is to a call through another one.
  await (await createCalledProxy(owner)).callFrom('203.0.113.7');
  expect((await listKinds(owner)).slice(5)).toEqual(['first_use']);
  await owner.client.alerts.setMute.mutate({ kind: 'new_ip', proxyId: proxy.id, muted: false });
  // Not part of the alert that came within the last minute.
  server.advance(minuteMs);
  await callFrom('203.0.113.8');
  expect((await listKinds(owner)).slice(6)).toEqual(['new_ip']);
});

test('burst: ten refusals are one alert with exactly those; counted ones count', async () => {
  const owner = await server.createOwner();
  await createToken(owner);
  const { client, agent } = await createAgent(owner, server.url);
  for (let n = 0; n < 12; n++) await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  const [alert, ...others] = await listAll(owner);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ kind: 'denial_burst', subject: 'deploy-bot', agentId: agent.id });
  if (alert === undefined) throw new Error('unreachable');
  expect(alert.sentence).toMatch(/^deploy-bot was refused 10 times within .*: No grant for this credential\.$/);
  expect(await listCause(owner, alert)).toHaveLength(10);
  const counted: EventDraft = {
    type: 'policy_denied',
    action: 'fetch',
    source: 'agent',
    outcome: 'denied',
    title: 'deploy-bot',
    agentId: agent.id,
    agentName: 'deploy-bot',
    rule: 'grant_missing',
    count: 400,
  };
  await append(server.app.ctx, await getAccountId(owner), counted);
  // Within the minute it is the same alert, with what has come since.
  const [grown, ...more] = await listAll(owner);
  expect(more).toEqual([]);
  expect(grown).toMatchObject({ id: alert.id });
  expect(grown?.sentence).toContain('refused 412 times');
});

test('failing refresh: once, and again only after a success', async () => {
  const owner = await server.createOwner();
  const accountId = await getAccountId(owner);
  const credential = await createToken(owner);
  const note = (outcome: 'ok' | 'failed') => append(server.app.ctx, accountId, refresh(credential, outcome));
  const first = await note('failed');
  await note('failed');
  const [alert, ...others] = await listAll(owner);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({
    kind: 'refresh_failing',
    subject: 'main',
    credentialId: credential.id,
    sentence: 'The token of github (main) could not be refreshed: invalid_grant.',
  });
  if (alert === undefined) throw new Error('unreachable');
  expect((await listCause(owner, alert)).map(({ id }) => id)).toEqual([first.id]);
  await note('ok');
  server.advance(2 * minuteMs);
  await note('failed');
  expect(await listKinds(owner)).toEqual(['refresh_failing', 'refresh_failing']);
});

test('grants about to end: by their length, once, and not what was replaced or revoked', async () => {
  const other = await startTestServer();
  try {
    const owner = await other.createOwner();
    const grantFor = async (name: string, ms: number) => {
      const bot = await createAgent(owner, other.url, name);
      const expiresAt = new Date(other.app.ctx.nowMs() + ms).toISOString();
      const input = { agentId: bot.agent.id, credentialId: credential.id, expiresAt };
      return { input, grant: await owner.client.grants.create.mutate(input) };
    };
    const credential = await createToken(owner);
    await grantFor('an-hour', hourMs);
    await grantFor('six-hours', 6 * hourMs);
    await grantFor('a-day', 24 * hourMs);
    const { grant: week } = await grantFor('a-week', 7 * 24 * hourMs);
    const { grant: revoked } = await grantFor('revoked', 7 * 24 * hourMs);
    const { input: replaced } = await grantFor('replaced', 7 * 24 * hourMs);
    await owner.client.grants.revoke.mutate({ id: revoked.id });
    await owner.client.grants.create.mutate({ ...replaced, expiresAt: null });
    const look = async () => {
      // Two nodes at once.
      await Promise.all([catchUpAlerts(other.app.ctx), catchUpAlerts(other.app.ctx)]);
      return (await owner.client.alerts.list.query()).alerts.map(({ subject, sentence }) => `${subject}: ${sentence}`);
    };
    expect(await look()).toEqual([]);
    other.advance(22.5 * hourMs);
    expect(await look()).toEqual([]);
    other.advance(hourMs);
    expect(await look()).toEqual([
      expect.stringMatching(/^a-day: .* to a-day ends within the hour, at \d\d:\d\d UTC on /),
    ]);
    other.advance(5.5 * 24 * hourMs);
    const [newest, ...older] = await look();
    expect(newest).toMatch(/^a-week: The grant of github \(main\) to a-week ends within a day, at \d\d:\d\d UTC on /);
    expect(older).toHaveLength(1);
    expect(await look()).toHaveLength(2);
    const [alert] = (await owner.client.alerts.list.query()).alerts;
    expect(alert?.filter).toEqual({
      agentIds: [week.agentId],
      credentialIds: [credential.id],
      from: week.createdAt,
    });
  } finally {
    await other.stop();
  }
});

test('an owner whom nobody can tell keeps no other from being told, and a look that fails no other look', async () => {
  const other = await startTestServer({}, { jobs: false });
  const sql = connect(other.databaseUrl, { max: 1 });
  try {
    const owners = [await other.createOwner(), await other.createOwner()];
    const inHours = (hours: number) => new Date(other.app.ctx.nowMs() + hours * hourMs).toISOString();
    for (const owner of owners) {
      const { agent, credential } = await createGrantedAgent(owner, other.url);
      const grant = { agentId: agent.id, credentialId: credential.id, expiresAt: inHours(100) };
      await owner.client.grants.create.mutate(grant);
      const secret = { value: tokenValue };
      const expiring = { kind: 'token', service: 'tls', label: 'main', expiresAt: inHours(17 * 24), secret } as const;
      await owner.client.credentials.create.mutate(expiring);
    }
    await other.app.ctx.alertReads.settle();
    other.advance(80 * hourMs);
    const look = async () => {
      await catchUpAlerts(other.app.ctx);
      const lists = await Promise.all(owners.map((owner) => owner.client.alerts.list.query()));
      return lists.map(({ alerts }) => alerts.map(({ kind }) => kind).filter((kind) => kind.endsWith('_expiring')));
    };
    const [first] = owners;
    const { accountId } = (await first?.client.account.me.query()) ?? {};
    await sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin
        if new.account_id = '${accountId}' then raise 'no'; end if;
        return new;
      end $$;
      create trigger refuse before insert on alert_marks for each row execute function refuse()`);
    const both = ['credential_expiring', 'grant_expiring'];
    expect(await look()).toEqual([[], both]);
    await sql`drop trigger refuse on alert_marks`;
    await sql`alter function grants_about_to_end(timestamptz) rename to mislaid`;
    expect(await look()).toEqual([['credential_expiring'], both]);
    await sql`alter function mislaid(timestamptz) rename to grants_about_to_end`;
    expect(await look()).toEqual([both.toReversed(), both]);
  } finally {
    await sql.end();
    await other.stop();
  }
});

test('credentials about to expire: 14 and 3 days before, once each, anew after a renewal, and not what was just written', async () => {
  const other = await startTestServer();
  try {
    const owner = await other.createOwner();
    const dayMs = 24 * hourMs;
    const inDays = (days: number) => new Date(other.app.ctx.nowMs() + days * dayMs).toISOString();
    const store = (label: string, expiresAt: string | null) =>
      owner.client.credentials.create.mutate({
        kind: 'token',
        service: 'tls',
        label,
        expiresAt,
        secret: { value: 'x' },
      });
    const [twenty, ten] = [await store('twenty', inDays(20)), await store('ten', inDays(10))];
    await Promise.all([store('two', inDays(2)), store('never', null), store('over', inDays(-1))]);
    const look = async () => {
      // Two nodes at once.
      await Promise.all([catchUpAlerts(other.app.ctx), catchUpAlerts(other.app.ctx)]);
      const { alerts } = await owner.client.alerts.list.query();
      return alerts.map(({ kind, sentence }) => `${kind}: ${sentence.replace(/, at .*/, '')}`).reverse();
    };
    const said = (label: string, days: number) => `credential_expiring: tls (${label}) expires within ${days} days`;
    expect(await look()).toEqual([]);
    other.advance(6.5 * dayMs);
    expect(await look()).toEqual([said('twenty', 14)]);
    other.advance(dayMs);
    expect(await look()).toEqual([said('twenty', 14), said('ten', 3)]);
    const [newest] = (await owner.client.alerts.list.query()).alerts;
    expect(newest).toMatchObject({ subject: 'ten', credentialId: ten.id, filter: { credentialIds: [ten.id] } });
    expect(newest?.sentence).toMatch(/, at \d\d:\d\d UTC on \d+ \w+\.$/);
    await owner.client.credentials.update.mutate({ id: twenty.id, version: 1, expiresAt: inDays(30) });
    other.advance(20 * dayMs);
    expect(await look()).toEqual([said('twenty', 14), said('ten', 3), said('twenty', 14)]);
    other.advance(8 * dayMs);
    expect((await look()).slice(3)).toEqual([said('twenty', 3)]);
    expect(await look()).toHaveLength(4);
    other.advance(8 * dayMs);
    expect(await look()).toHaveLength(4);
  } finally {
    await other.stop();
  }
});

test('alerts of one cause within a minute are one; after it there is another', async () => {
  const owner = await server.createOwner();
  const { key } = await createGrantedAgent(owner, server.url);
  await useFrom(key, '203.0.113.1');
  const uses = [await useFrom(key, '203.0.113.2')];
  const [, first] = await listAll(owner);
  await owner.client.alerts.markSeen.mutate({});
  uses.push(await useFrom(key, '203.0.113.3'));
  uses.push(await useFrom(key, '203.0.113.4'));
  const [, merged, ...others] = await listAll(owner);
  expect(others).toEqual([]);
  // What was added to it has not been seen.
  expect(merged).toMatchObject({ id: first?.id, createdAt: first?.createdAt, seenAt: null });
  expect(merged?.sentence).toBe(
    'deploy-bot used credentials from 3 new addresses: 203.0.113.2, 203.0.113.3, 203.0.113.4.',
  );
  if (merged === undefined) throw new Error('unreachable');
  expect((await listCause(owner, merged)).map(({ id }) => id).reverse()).toEqual(uses.map(({ eventId }) => eventId));
  server.advance(minuteMs);
  await useFrom(key, '203.0.113.5');
  expect(await listKinds(owner)).toEqual(['first_use', 'new_ip', 'new_ip']);
});

test('muted: a kind of all, or of one agent; the log says so, and what happened meanwhile is no news later', async () => {
  const owner = await server.createOwner();
  const quiet = await createGrantedAgent(owner, server.url);
  const loud = await createAgent(owner, server.url, 'loud-bot');
  await owner.client.grants.create.mutate({ agentId: loud.agent.id, credentialId: quiet.credential.id });
  const mute = (kind: 'new_ip' | 'first_use', agentId: string | null, muted = true) =>
    owner.client.alerts.setMute.mutate({ kind, agentId, muted });
  await useFrom(quiet.key, '203.0.113.1');
  await useFrom(loud.key, '203.0.113.1');
  expect(await listKinds(owner)).toEqual(['first_use', 'first_use']);
  await mute('first_use', quiet.agent.id);
  const unseen = await owner.client.alerts.list.query();
  expect(unseen.unseen).toBe(1);
  await mute('new_ip', quiet.agent.id);
  await mute('new_ip', quiet.agent.id);
  await useFrom(quiet.key, '203.0.113.2');
  await useFrom(loud.key, '203.0.113.2');
  const alerts = (await listAll(owner)).slice(2);
  expect(alerts.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['new_ip loud-bot']);
  expect(await owner.client.alerts.mutes.query()).toEqual([
    { kind: 'first_use', agentId: quiet.agent.id, proxyId: null },
    { kind: 'new_ip', agentId: quiet.agent.id, proxyId: null },
  ]);
  await mute('new_ip', null);
  await useFrom(loud.key, '203.0.113.3');
  expect(await listAll(owner)).toHaveLength(3);
  await mute('new_ip', null, false);
  await mute('new_ip', quiet.agent.id, false);
  await useFrom(loud.key, '203.0.113.3');
  await useFrom(quiet.key, '203.0.113.2');
  expect(await listAll(owner)).toHaveLength(3);
  const { events } = await owner.client.audit.list.query({ filter: { text: 'alerts' } });
  expect(events.map(({ title, note, agentName }) => `${title}: ${note} ${agentName ?? ''}`.trim())).toEqual([
    'Alerts on again: First use from a new address deploy-bot',
    'Alerts on again: First use from a new address',
    'Alerts muted: First use from a new address',
    'Alerts muted: First use from a new address deploy-bot',
    'Alerts muted: First use by a new agent or proxy deploy-bot',
  ]);
});

test('seen: one, or all; counted; paged newest first', async () => {
  const owner = await server.createOwner();
  const credential = await createToken(owner);
  for (const name of ['one', 'two', 'three']) {
    const bot = await createAgent(owner, server.url, name);
    await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
    await bot.client.agent.credential.mutate({ service: 'github' });
  }
  const all = await listAll(owner);
  const page = await owner.client.alerts.list.query({ limit: 2 });
  expect(page).toMatchObject({ unseen: 3, before: all[1]?.id });
  const rest = await owner.client.alerts.list.query({
    limit: 2,
    ...(page.before === null ? {} : { before: page.before }),
  });
  expect([...page.alerts, ...rest.alerts].map(({ subject }) => subject)).toEqual(['three', 'two', 'one']);
  expect(rest.before).toBeNull();
  await owner.client.alerts.markSeen.mutate({ ids: [all[0]?.id ?? ''] });
  expect((await owner.client.alerts.list.query()).unseen).toBe(2);
  await owner.client.alerts.markSeen.mutate({});
  const seen = await owner.client.alerts.list.query();
  expect(seen.unseen).toBe(0);
  expect(seen.alerts.every(({ seenAt }) => seenAt !== null)).toBe(true);
});

test('forbidden, not found, invalid: nobody sees or silences another’s alerts', async () => {
  const owner = await server.createOwner();
  const stranger = await server.createOwner();
  const bot = await createGrantedAgent(owner, server.url);
  await bot.client.agent.credential.mutate({ service: 'github' });
  const [alert] = await listAll(owner);
  expect((await stranger.client.alerts.list.query()).alerts).toEqual([]);
  await stranger.client.alerts.markSeen.mutate({ ids: [alert?.id ?? ''] });
  expect((await owner.client.alerts.list.query()).unseen).toBe(1);
  const muteOf = (client: typeof owner.client) =>
    client.alerts.setMute.mutate({ kind: 'new_ip', agentId: bot.agent.id, muted: true });
  expect(await getRefusal(muteOf(stranger.client))).toMatchObject({ status: 404, code: 'not_found' });
  expect(await getRefusal(muteOf(bot.client))).toMatchObject({ status: 403, code: 'owner_only' });
  expect(await getRefusal(createClient(server.url).alerts.list.query())).toMatchObject({ status: 401 });
  expect(await getRefusal(owner.client.alerts.list.query({ limit: 101 }))).toMatchObject({ status: 400 });
});

test('two nodes and many readers at once judge each event once', async () => {
  const node = await server.startNode();
  const owner = await server.createOwner();
  const accountId = await getAccountId(owner);
  const credential = await createToken(owner);
  const bots = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const bot = await createAgent(owner, server.url, `bot-${n}`);
      await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
      return bot;
    }),
  );
  const nodes = [server.app, node];
  await Promise.all(
    bots.flatMap(({ key }, n) =>
      [0, 1, 2].map(async (turn) => {
        const url = nodes[(n + turn) % 2]?.url ?? server.url;
        await createClient(url, key).agent.credential.mutate({ service: 'github' });
        // While the owner, on another device, looks at them.
        await Promise.all([
          ...nodes.map(({ ctx }) => readAlerts(ctx, accountId)),
          owner.client.alerts.markSeen.mutate({}),
          owner.client.alerts.setMute.mutate({ kind: 'denial_burst', agentId: null, muted: turn > 0 }),
        ]);
      }),
    ),
  );
  await Promise.all(nodes.map(({ ctx }) => ctx.alertReads.settle()));
  const alerts = await listAll(owner);
  expect(alerts.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual(
    bots.map((_, n) => `first_use bot-${n}`),
  );
});

test('a reader that another was faster than reads what the other had not seen yet', async () => {
  const owner = await server.createOwner();
  const accountId = await getAccountId(owner);
  const bot = await createGrantedAgent(owner, server.url);
  await server.app.ctx.alertReads.settle();
  const sql = connect(server.databaseUrl, { max: 2 });
  let reading = Promise.resolve();
  // As another node moves on that had read the log before the use.
  await sql.begin(async (tx) => {
    await tx`
      insert into alert_cursors (account_id, next_seq, state)
      select account_id, next_seq, '{}' from heads where account_id = ${accountId}
      on conflict (account_id) do update set next_seq = excluded.next_seq`;
    await bot.client.agent.credential.mutate({ service: 'github' });
    reading = readAlerts(server.app.ctx, accountId);
    await expect
      .poll(() => sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%alert_cursors%'`)
      .not.toHaveLength(0);
  });
  await reading;
  expect((await owner.client.alerts.list.query()).alerts.map(({ kind }) => kind)).toEqual(['first_use']);
  await sql.end();
});

test('a device at one node hears at once what another node finds, and what another device has seen', async () => {
  const node = await server.startNode();
  const owner = await server.createOwner();
  const bot = await createGrantedAgent(owner, server.url);
  const inboxes: Inbox[] = [];
  const live = createClient(node.url, owner.session).inbox.live.subscribe(undefined, {
    onData: (inbox) => inboxes.push(inbox),
  });
  await expect.poll(() => inboxes.at(-1)?.unseenAlerts).toBe(0);
  const { eventId } = await bot.client.agent.credential.mutate({ service: 'github' });
  await expect.poll(() => inboxes.at(-1)?.alerts, { timeout: 3_000 }).toMatchObject([{ eventId, seenAt: null }]);
  expect(inboxes.at(-1)?.unseenAlerts).toBe(1);
  await owner.client.alerts.markSeen.mutate({});
  await expect.poll(() => inboxes.at(-1)?.unseenAlerts, { timeout: 3_000 }).toBe(0);
  live.unsubscribe();
});

test('what a node leaves unread when it ends is read by the next one, once', async () => {
  const owner = await server.createOwner();
  const accountId = await getAccountId(owner);
  const { agent } = await createGrantedAgent(owner, server.url);
  const node = await server.startNode();
  const use: EventDraft = {
    type: 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: 'ok',
    title: 'deploy-bot',
    agentId: agent.id,
    agentName: 'deploy-bot',
  };
  await append(node.ctx, accountId, use);
  // It stops within the time for which it gathers requests.
  await node.stop();
  expect(await listAll(owner)).toEqual([]);
  const next = await server.startNode();
  await expect.poll(() => listKinds(owner)).toEqual(['first_use']);
  await catchUpAlerts(next.ctx);
  await next.ctx.alertReads.settle();
  expect(await listKinds(owner)).toEqual(['first_use']);
});

test('a log that is older than alerts begins at its head: its agents, proxies, addresses and clients are no news', async () => {
  const owner = await server.createOwner();
  const accountId = await getAccountId(owner);
  const { key, credential } = await createGrantedAgent(owner, server.url);
  const reveal = () => owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  await useFrom(key, '203.0.113.1');
  await useFrom(key, '2001:db8:0:7::1');
  await useFrom(key, '::ffff:203.0.113.2');
  await reveal();
  const { callFrom } = await createCalledProxy(owner);
  await callFrom('203.0.113.4');
  await callFrom('2001:db8:0:9::1');
  await server.app.ctx.alertReads.settle();
  const sql = connect(server.databaseUrl, { max: 1 });
  const marks = () => sql`select mark from alert_marks where account_id = ${accountId} order by mark`;
  const before = await marks();
  for (const table of ['alerts', 'alert_marks', 'alert_cursors']) await sql`truncate ${sql(table)}`;
  await sql`set role keytrail_owner`;
  for (const statement of await readSeeding()) await sql.unsafe(statement);
  await sql`reset role`;
  expect(await marks()).toEqual(before);
  await sql.end();
  await useFrom(key, '203.0.113.1');
  await useFrom(key, '2001:db8:0:7:a:b:c:d');
  await reveal();
  await callFrom('203.0.113.4');
  const fresh = await useFrom(key, '203.0.113.3');
  const [alert, ...others] = await listAll(owner);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ kind: 'new_ip', eventId: fresh.eventId });
});

/** What migrations do to logs that are there when they run: of agents the last statements of one, of proxies all of another. */
async function readSeeding(): Promise<string[]> {
  const folder = new URL('../../server/drizzle/', import.meta.url);
  const files = await readdir(folder);
  const read = async (end: string) => {
    const name = files.find((file) => file.endsWith(end)) ?? end;
    return (await readFile(new URL(name, folder), 'utf8')).split('--> statement-breakpoint');
  };
  const ofAgents = await read('_alert_jobs.sql');
  const first = ofAgents.findIndex((statement) => statement.includes('roll_up_events'));
  return [...ofAgents.slice(first), ...(await read('_known_proxies.sql'))];
}

test('alerts go when the events of their time go', async () => {
  const owner = await server.createOwner();
  const bots = [await createGrantedAgent(owner, server.url)];
  await bots[0]?.client.agent.credential.mutate({ service: 'github' });
  expect(await listAll(owner)).toHaveLength(1);
  await forgetAgedRequestsAndAlerts(server.app.ctx);
  expect(await listAll(owner)).toHaveLength(1);
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update alerts set created_at = now() - interval '91 days' where account_id = ${await getAccountId(owner)}`;
  await sql.end();
  await forgetAgedRequestsAndAlerts(server.app.ctx);
  expect(await listAll(owner)).toEqual([]);
});

test('a log that grows on and on is read now and then, not event by event', async () => {
  const owner = await server.createOwner();
  const { key } = await createGrantedAgent(owner, server.url);
  const fetchOnce = () => createClient(server.url, key).agent.credential.mutate({ service: 'github' });
  const movesBefore = cursorMoves;
  const startedAt = Date.now();
  // The first of them asks for a reading, during which others arrive.
  for (let uses = 0; uses < 100; uses++) await fetchOnce();
  const elapsedMs = Date.now() - startedAt;
  expect(await listKinds(owner)).toEqual(['first_use']);
  expect(cursorMoves - movesBefore).toBeLessThanOrEqual(elapsedMs / 250 + 3);
});
