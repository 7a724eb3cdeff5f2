// An agent asks its owner for a grant: by MCP in both eras and by tRPC; answered once, recorded, bounded, never telling what
// the vault holds.

import { forgetAgedRequestsAndAlerts } from '@keytrail/server/agents/alert-jobs';
import { findAgentByKey } from '@keytrail/server/auth/agent-keys';
import { connect } from '@keytrail/server/base/db';
import { requestAccess } from '@keytrail/server/vault/access-requests';
import { accessRequestStatuses, type GrantDuration } from '@keytrail/shared/access-request';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitForAccessRequest } from '../kit/approvals.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { connectMcp, eras } from '../kit/mcp-client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
const hourMs = 3_600_000;
const ask = { service: 'github', reason: 'nightly deploy' };

beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
});
beforeEach(async () => {
  owner = await server.createOwner();
});
afterAll(() => server.stop());

type Bot = Awaited<ReturnType<typeof createAgent>>;
const request = (
  bot: Bot,
  changes: Partial<typeof ask & { label: string; fields: string[]; waitSeconds: number }> = {},
) => bot.client.agent.requestAccess.mutate({ ...ask, waitSeconds: 0, ...changes });

function grant(id: string, credentialId: string, duration: GrantDuration = '1d', fields: string[] | null = null) {
  return owner.client.accessRequests.answer.mutate({ answer: 'grant', id, credentialId, duration, fields });
}

async function readEvents() {
  return (await owner.client.audit.since.query({ from: 0 })).events;
}

describe.each(eras)('over MCP in the era of %s', (era) => {
  test('the call waits for the owner, answers the grant, and its credential can be fetched', async () => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    const mcp = await connectMcp(`${server.url}/mcp`, bot.key, era, 'deploy-program');
    const asked = mcp.callTool('request_access', { ...ask, duration: '7d' });
    const waiting = await waitForAccessRequest(owner);
    expect(waiting).toMatchObject({
      agentName: 'deploy-bot',
      service: 'github',
      label: null,
      fields: null,
      reason: 'nightly deploy',
      duration: '7d',
      clientName: 'deploy-program',
    });
    await grant(waiting.id, credential.id, '1h');
    const { isError, values } = await asked;
    expect({ isError, values }).toMatchObject({
      isError: false,
      values: { service: 'github', label: 'main', kind: 'token', fields: ['value'], note: null },
    });
    const leftMs = Date.parse(String(values.expiresAt)) - Date.now();
    expect(Math.abs(leftMs - hourMs)).toBeLessThan(60_000);
    expect((await mcp.callTool('get_credential', { service: 'github' })).values).toMatchObject({
      values: { value: tokenValue },
    });
    await mcp.close();
  });

  test('denied with a note, which the agent hears once', async () => {
    const bot = await createAgent(owner, server.url);
    const mcp = await connectMcp(`${server.url}/mcp`, bot.key, era);
    const asked = mcp.callTool('request_access', ask);
    const { id } = await waitForAccessRequest(owner);
    await owner.client.accessRequests.answer.mutate({ answer: 'deny', id, note: 'use the staging one' });
    expect(await asked).toMatchObject({
      isError: true,
      values: { code: 'access_denied', rule: 'approval', note: 'use the staging one' },
    });
    expect(await getRefusal(request(bot))).toMatchObject({ code: 'approval_pending' });
    await mcp.close();
  });

  test('after 45 seconds the call says that it is pending; the same call goes on waiting', async () => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    const mcp = await connectMcp(`${server.url}/mcp`, bot.key, era);
    const asked = mcp.callTool('request_access', ask);
    const first = await waitForAccessRequest(owner);
    server.advance(46_000);
    expect(await asked).toMatchObject({ isError: true, values: { code: 'approval_pending' } });
    const again = mcp.callTool('request_access', ask);
    expect((await waitForAccessRequest(owner)).id).toBe(first.id);
    await grant(first.id, credential.id);
    expect(await again).toMatchObject({ isError: false, values: { label: 'main' } });
    await mcp.close();
  });
});

test('request, answer and grant are events with one correlation id; so are a refusal and what the agent was told', async () => {
  const bot = await createAgent(owner, server.url);
  const credential = await createToken(owner);
  await getRefusal(request(bot, { label: 'main', fields: ['value'] }));
  const { id, correlationId } = await waitForAccessRequest(owner);
  await owner.client.accessRequests.answer.mutate({
    answer: 'grant',
    id,
    credentialId: credential.id,
    duration: '30d',
    fields: ['value'],
    note: 'for this month',
  });
  const tied = (await readEvents()).filter((event) => event.correlationId === correlationId);
  expect(tied).toMatchObject([
    {
      type: 'vault_change',
      action: 'request',
      source: 'agent',
      title: 'Access requested',
      service: 'github',
      reason: 'nightly deploy',
      fields: ['value'],
    },
    { type: 'vault_change', action: 'create', source: 'direct', title: 'Grant given', note: 'for this month' },
  ]);
  expect(tied[0]).not.toHaveProperty('credentialId');
  const [held] = await owner.client.grants.list.query({ agentId: bot.agent.id });
  expect(tied[1]).toMatchObject({ grantId: held?.id, credentialId: credential.id });

  await getRefusal(request(bot, { service: 'npm' }));
  const other = await waitForAccessRequest(owner);
  await owner.client.accessRequests.answer.mutate({ answer: 'deny', id: other.id });
  const refused = (await readEvents()).filter((event) => event.correlationId === other.correlationId);
  expect(refused.map(({ type, action, source }) => [type, action, source])).toEqual([
    ['vault_change', 'request', 'agent'],
    ['vault_change', 'refuse', 'direct'],
    ['policy_denied', 'request', 'agent'],
  ]);
});

test('an agent cannot tell what the vault holds: the same answer for what is there, what is not, and another label', async () => {
  const bot = await createAgent(owner, server.url);
  await createToken(owner, 'github', 'main');
  const answers = await Promise.all(
    [
      { service: 'github' },
      { service: 'nowhere' },
      { service: 'nowhere.test', label: 'main' },
      { service: 'a-third', fields: ['no_such_field'] },
    ].map((words) => getRefusal(request(bot, words))),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ code: 'approval_pending' });
});

test('the owner answers a request for what is not there by choosing a credential, and the agent is told its name', async () => {
  const bot = await createAgent(owner, server.url);
  const other = await createToken(owner, 'github-enterprise', 'work');
  await createToken(owner, 'aaa', 'first');
  await getRefusal(request(bot));
  const { id } = await waitForAccessRequest(owner);
  const choices = await owner.client.accessRequests.choices.query({ id });
  expect(choices).toMatchObject([
    { service: 'aaa', label: 'first', isNamed: false, fields: ['value'] },
    { service: 'github-enterprise', label: 'work', isNamed: false, fields: ['value'] },
  ]);
  await grant(id, other.id, 'until_revoked');
  const answer = { service: 'github-enterprise', label: 'work', expiresAt: null };
  expect(await request(bot)).toMatchObject(answer);
  // As often as it asks, for as long as the grant stands.
  expect(await request(bot)).toMatchObject(answer);
});

test('of several that fit, those named come first; the grant covers no more than the owner chose', async () => {
  const bot = await createAgent(owner, server.url);
  await createToken(owner, 'github', 'b');
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'github',
    label: 'a',
    public: { username: 'ada', sites: [] },
    secret: { password: 'x' },
  });
  await createToken(owner, 'aaa', 'b');
  await getRefusal(request(bot, { label: 'b' }));
  const { id } = await waitForAccessRequest(owner);
  const choices = await owner.client.accessRequests.choices.query({ id });
  expect(choices.map(({ service, label, isNamed }) => `${service} ${label} ${isNamed}`)).toEqual([
    'github b true',
    'github a false',
    'aaa b false',
  ]);
  await grant(id, login.id, '1d', ['username']);
  expect(await request(bot, { label: 'b' })).toMatchObject({ label: 'a', fields: ['username'] });
});

test('what is asked in other words waits by itself, and is told no answer to the first', async () => {
  const bot = await createAgent(owner, server.url);
  const prod = await createToken(owner, 'aws', 'prod');
  const words = { service: 'aws', waitSeconds: 10 };
  const deploy = getRefusal(bot.client.agent.requestAccess.mutate({ ...words, label: 'prod', reason: 'deploy' }));
  const first = await waitForAccessRequest(owner);
  const read = { ...words, label: 'dev', fields: ['value'], reason: 'read dev' };
  const reading = bot.client.agent.requestAccess.mutate(read);
  const waiting = async () =>
    (await owner.client.inbox.get.query()).accessRequests.filter(({ status }) => status === 'waiting');
  await expect.poll(async () => (await waiting()).map(({ label }) => label)).toEqual(['prod', 'dev']);
  await owner.client.accessRequests.answer.mutate({ answer: 'deny', id: first.id, note: 'not prod' });
  expect(await deploy).toMatchObject({ rule: 'approval', note: 'not prod' });
  const second = await waitForAccessRequest(owner);
  expect(second).toMatchObject({ label: 'dev', fields: ['value'], reason: 'read dev' });
  // The same words join what waits; other fields of the same label do not.
  expect(await getRefusal(bot.client.agent.requestAccess.mutate({ ...read, waitSeconds: 0 }))).toMatchObject({
    code: 'approval_pending',
  });
  expect((await waiting()).map(({ id }) => id)).toEqual([second.id]);
  await getRefusal(bot.client.agent.requestAccess.mutate({ ...read, fields: ['other'], waitSeconds: 0 }));
  expect(await waiting()).toHaveLength(2);
  await grant(second.id, prod.id, '1d', ['value']);
  expect(await reading).toMatchObject({ label: 'prod', fields: ['value'] });
});

test('what an agent holds already is answered without asking; a field that it does not cover is asked for', async () => {
  const bot = await createGrantedAgent(owner, server.url);
  expect(await request(bot)).toMatchObject({ service: 'github', label: 'main' });
  expect((await owner.client.inbox.get.query()).accessRequests).toEqual([]);
  expect(await getRefusal(request(bot, { fields: ['other'] }))).toMatchObject({ code: 'approval_pending' });
});

describe('a grant that the owner gives by themselves', () => {
  const waiting = async () =>
    (await owner.client.inbox.get.query()).accessRequests.filter(({ status }) => status === 'waiting');

  test('answers the call that waits for the same, which leaves the inbox; nothing can replace the grant', async () => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    const asked = request(bot, { label: 'main', fields: ['value'], waitSeconds: 20 });
    const { id, correlationId } = await waitForAccessRequest(owner);
    const given = await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
    expect(await asked).toMatchObject({ service: 'github', label: 'main', fields: ['value'], note: null });
    expect((await owner.client.inbox.get.query()).accessRequests).toMatchObject([
      { id, status: 'granted', grantId: given.id, answeredFrom: expect.any(String), grantedDuration: 'until_revoked' },
    ]);
    expect(await grant(id, credential.id, '1h')).toMatchObject({ decided: false, request: { status: 'granted' } });
    expect(await owner.client.grants.list.query({ agentId: bot.agent.id })).toMatchObject([
      { id: given.id, revokedAt: null },
    ]);
    const tied = (await readEvents()).filter((event) => event.correlationId === correlationId);
    expect(tied).toMatchObject([
      { type: 'vault_change', source: 'agent', title: 'Access requested' },
      {
        type: 'vault_change',
        action: 'approve',
        source: 'direct',
        title: 'Access request granted',
        grantId: given.id,
        credentialId: credential.id,
      },
    ]);
  });

  test('at the moment of the request is taken up in whichever order they come', async () => {
    const credential = await createToken(owner);
    const bots = await Promise.all(Array.from({ length: 8 }, (_, n) => createAgent(owner, server.url, `bot-${n}`)));
    const calls = bots.flatMap((bot) => [
      request(bot, { waitSeconds: 10 }),
      owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id }),
    ]);
    for (const answered of await Promise.all(calls)) expect(answered).toMatchObject({ label: 'main' });
    expect(await waiting()).toEqual([]);
  });

  test('wakes a call that another node holds', async () => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    const node = await server.startNode();
    const asked = createClient(node.url, bot.key).agent.requestAccess.mutate({ ...ask, waitSeconds: 20 });
    await waitForAccessRequest(owner);
    const startedAt = performance.now();
    await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
    expect(await asked).toMatchObject({ label: 'main' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  test('leaves waiting what it is not enough for: another label, service or agent, and fields that it does not cover', async () => {
    const [bot, other] = [await createAgent(owner, server.url), await createAgent(owner, server.url, 'other')];
    const login = await owner.client.credentials.create.mutate({
      kind: 'login',
      service: 'github',
      label: 'main',
      public: { username: 'ada', sites: [] },
      secret: { password: 'x' },
    });
    await getRefusal(request(other));
    await getRefusal(request(bot, { service: 'npm' }));
    await getRefusal(request(bot, { label: 'work' }));
    await getRefusal(request(bot, { fields: ['username', 'password'] }));
    await getRefusal(request(bot, { label: 'main', fields: ['username'] }));
    const ids = { agentId: bot.agent.id, credentialId: login.id };
    await owner.client.grants.create.mutate({ ...ids, fields: ['username'] });
    const left = await waiting();
    expect(left.map(({ agentName, service, label, fields }) => [agentName, service, label, fields])).toEqual([
      ['other', 'github', null, null],
      ['deploy-bot', 'npm', null, null],
      ['deploy-bot', 'github', 'work', null],
      ['deploy-bot', 'github', null, ['password', 'username']],
    ]);
  });

  test('and so does the answer to one request, of all that it is enough for', async () => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    const anyOf = request(bot, { waitSeconds: 20 });
    const { id } = await waitForAccessRequest(owner);
    const main = request(bot, { label: 'main', waitSeconds: 20 });
    await expect.poll(async () => (await waiting()).length).toBe(2);
    await grant(id, credential.id);
    expect(await Promise.all([anyOf, main])).toMatchObject([{ label: 'main' }, { label: 'main' }]);
    expect(await waiting()).toEqual([]);
    expect(await owner.client.grants.list.query({ agentId: bot.agent.id })).toHaveLength(1);
  });
});

test('two devices answer at once: one wins, the other is told what was decided, and there is one grant', async () => {
  const bot = await createAgent(owner, server.url);
  const credential = await createToken(owner);
  const second = createClient(server.url, owner.session);
  await getRefusal(request(bot));
  const { id } = await waitForAccessRequest(owner);
  const answer = { answer: 'grant', id, credentialId: credential.id, duration: '1d', fields: null } as const;
  const answers = await Promise.all([
    owner.client.accessRequests.answer.mutate(answer),
    second.accessRequests.answer.mutate({ answer: 'deny', id }),
    owner.client.accessRequests.answer.mutate(answer),
  ]);
  expect(answers.filter(({ decided }) => decided)).toHaveLength(1);
  const [status] = new Set(answers.map(({ request: { status } }) => status));
  expect(answers.every(({ request }) => request.status === status)).toBe(true);
  const grants = await owner.client.grants.list.query({ agentId: bot.agent.id });
  expect(grants).toHaveLength(status === 'granted' ? 1 : 0);
});

describe('an answer that cannot be carried out leaves the request waiting', () => {
  test.each([
    ['a credential of nobody', '01900000-0000-7000-8000-000000000001', null, 'not_found'],
    ['a field that it does not have', undefined, ['no_such_field'], 'field_unknown'],
  ] as const)('%s', async (_name, id, fields, code) => {
    const bot = await createAgent(owner, server.url);
    const credential = await createToken(owner);
    await getRefusal(request(bot));
    const waiting = await waitForAccessRequest(owner);
    expect(await getRefusal(grant(waiting.id, id ?? credential.id, '1d', fields && [...fields]))).toMatchObject({
      code,
    });
    expect((await waitForAccessRequest(owner)).id).toBe(waiting.id);
    expect(await owner.client.grants.list.query({ agentId: bot.agent.id })).toEqual([]);
  });

  test('of another account: not found', async () => {
    const bot = await createAgent(owner, server.url);
    await getRefusal(request(bot));
    const { id } = await waitForAccessRequest(owner);
    const stranger = await server.createOwner();
    expect(await getRefusal(stranger.client.accessRequests.answer.mutate({ answer: 'deny', id }))).toMatchObject({
      status: 404,
    });
    expect(await getRefusal(stranger.client.accessRequests.choices.query({ id }))).toMatchObject({ status: 404 });
  });
});

describe('floods are bounded', () => {
  test('one request for the same thing, however many ask at once', async () => {
    const bot = await createAgent(owner, server.url);
    await Promise.all(Array.from({ length: 12 }, () => getRefusal(request(bot, { label: 'main', fields: ['value'] }))));
    await waitForAccessRequest(owner);
    expect((await readEvents()).filter(({ action }) => action === 'request')).toHaveLength(1);
  });

  test('of one service, too, five different things at a time, however many ask at once', async () => {
    const bot = await createAgent(owner, server.url);
    const asked = Array.from({ length: 12 }, (_, index) => getRefusal(request(bot, { label: `label ${index}` })));
    const codes = (await Promise.all(asked)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'approval_pending')).toHaveLength(5);
    expect(codes.filter((code) => code === 'access_denied')).toHaveLength(7);
    expect((await owner.client.inbox.get.query()).accessRequests).toHaveLength(5);
  });

  test('five services at a time; what is more is refused, recorded and, in a flood, counted', async () => {
    const bot = await createAgent(owner, server.url);
    for (let index = 0; index < 5; index++) await getRefusal(request(bot, { service: `service-${index}` }));
    expect(await getRefusal(request(bot, { service: 'one-more' }))).toMatchObject({ status: 403, rule: 'approval' });
    const [last] = (await readEvents()).slice(-1);
    expect(last).toMatchObject({
      type: 'policy_denied',
      action: 'request',
      rule: 'approval',
      service: 'one-more',
      agentId: bot.agent.id,
    });
    for (let turn = 0; turn < 7; turn++) {
      const calls = Array.from({ length: 10 }, (_, index) =>
        getRefusal(request(bot, { service: `x-${turn}-${index}` })),
      );
      expect((await Promise.all(calls)).every(({ rule }) => rule === 'approval')).toBe(true);
    }
    const refusals = (await readEvents()).filter(({ type }) => type === 'policy_denied');
    expect(refusals).toHaveLength(60);
    expect((await owner.client.inbox.get.query()).accessRequests).toHaveLength(5);
  });

  test('ten an hour, answered or not', async () => {
    const bot = await createAgent(owner, server.url);
    for (let index = 0; index < 10; index++) {
      await getRefusal(request(bot));
      const { id } = await waitForAccessRequest(owner);
      await owner.client.accessRequests.answer.mutate({ answer: 'deny', id });
      expect(await getRefusal(request(bot))).toMatchObject({ rule: 'approval' });
    }
    expect(await getRefusal(request(bot))).toMatchObject({ rule: 'approval' });
    expect((await owner.client.inbox.get.query()).accessRequests.every(({ status }) => status === 'denied')).toBe(true);
    server.advance(hourMs + 1000);
    expect(await getRefusal(request(bot))).toMatchObject({ code: 'approval_pending' });
  });
});

test('after 24 hours nobody’s answer is a refusal: the agent is told once, an answer comes too late, one event says so', async () => {
  const bot = await createAgent(owner, server.url);
  const credential = await createToken(owner);
  await getRefusal(request(bot));
  const { id, correlationId } = await waitForAccessRequest(owner);
  server.advance(24 * hourMs + 1000);
  const [late, told] = await Promise.all([grant(id, credential.id), getRefusal(request(bot))]);
  expect(late).toMatchObject({ decided: false, request: { status: 'expired' } });
  expect(told).toMatchObject({ status: 403, rule: 'approval' });
  expect(told.sentence).toContain('did not answer within 24 hours');
  const tied = (await readEvents()).filter((event) => event.correlationId === correlationId);
  expect(tied.map(({ type }) => type)).toEqual(['vault_change', 'policy_denied']);
  expect(await getRefusal(request(bot))).toMatchObject({ code: 'approval_pending' });
});

test('what waits outlives the node that it was asked of; an answer given on one reaches the call on another', async () => {
  const bot = await createAgent(owner, server.url);
  const credential = await createToken(owner);
  const gone = await server.startNode();
  const cut = getRefusal(createClient(gone.url, bot.key).agent.requestAccess.mutate(ask));
  const { id } = await waitForAccessRequest(owner);
  await gone.stop();
  expect(await cut).toMatchObject({ code: 'approval_pending' });
  const node = await server.startNode();
  const asked = createClient(node.url, bot.key).agent.requestAccess.mutate(ask);
  await grant(id, credential.id);
  expect(await asked).toMatchObject({ label: 'main' });
});

describe('who may not ask is refused, in the log, too', () => {
  test.each([
    ['suspended', 'agent_suspended', 'agent_suspended'],
    ['locked out', 'access_denied', 'vault_locked'],
    ['holding an old key', 'unauthorized', 'key_revoked'],
  ] as const)('%s', async (state, code, rule) => {
    const bot = await createAgent(owner, server.url);
    if (state === 'suspended') await owner.client.agents.suspend.mutate({ id: bot.agent.id });
    if (state === 'locked out') await owner.client.vault.lock.mutate();
    if (state === 'holding an old key') await owner.client.agents.rotateKey.mutate({ id: bot.agent.id });
    expect(await getRefusal(request(bot))).toMatchObject({ code });
    const [last] = (await readEvents()).slice(-1);
    expect(last).toMatchObject({ type: 'policy_denied', action: 'request', rule, service: 'github' });
    expect(last?.reason).toBeDefined();
    expect((await owner.client.inbox.get.query()).accessRequests).toEqual([]);
  });
});

test('what was answered or ran out goes when the events of its time go; what waits, and what is younger, stays', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  const { accountId } = await owner.client.account.me.query();
  const readStatuses = async () => {
    const rows = await sql`select status from access_requests where account_id = ${accountId} order by requested_at`;
    return rows.map(({ status }) => status);
  };
  const add = (status: string, daysAgo: number) => sql`
    insert into access_requests (account_id, id, status, agent_id, agent_name, key_id, service, reason, client, correlation_id, requested_at, expires_at)
    select account_id, gen_random_uuid(), ${status}, agent_id, agent_name, key_id, ${`${status}-${daysAgo}`}, reason, client, correlation_id,
      now() - ${daysAgo} * interval '1 day', expires_at
    from access_requests where account_id = ${accountId} and status = 'waiting' and service = ${ask.service}`;
  await getRefusal(request(await createAgent(owner, server.url)));
  for (const status of accessRequestStatuses) await add(status, 91);
  await add('denied', 89);
  await forgetAgedRequestsAndAlerts(server.app.ctx);
  expect(await readStatuses()).toEqual(['waiting', 'denied', 'waiting']);
  await sql.end();
});

test('an agent that is removed asks for nothing any more; whoever waits as it is told that its key is none', async () => {
  const bot = await createAgent(owner, server.url);
  const asked = getRefusal(request(bot, { waitSeconds: 20 }));
  const { correlationId } = await waitForAccessRequest(owner);
  await owner.client.agents.remove.mutate({ id: bot.agent.id });
  expect(await asked).toMatchObject({ status: 401, code: 'unauthorized' });
  expect((await owner.client.inbox.get.query()).accessRequests).toEqual([]);
  expect((await readEvents()).filter((event) => event.correlationId === correlationId)).toMatchObject([
    { type: 'vault_change', title: 'Access requested' },
    { type: 'vault_change', action: 'refuse', source: 'direct', title: 'Access request ended' },
    { type: 'policy_denied', action: 'request', source: 'agent', rule: 'key_revoked', service: 'github' },
  ]);
});

test('an agent that is removed between its coming and its question is refused as well', async () => {
  const bot = await createAgent(owner, server.url);
  const { ctx } = server.app;
  const found = await findAgentByKey(ctx, bot.key);
  if (found === null) throw new Error('the agent has its key');
  await owner.client.agents.remove.mutate({ id: bot.agent.id });
  const asked = requestAccess(ctx, { kind: 'agent', ...found, requester: { client: 'nodejs' } }, ask);
  await expect(asked).rejects.toMatchObject({ code: 'unauthorized' });
  expect((await readEvents()).at(-1)).toMatchObject({ type: 'policy_denied', action: 'request', rule: 'key_revoked' });
});

test('invalid: no reason, an empty one, an unknown duration', async () => {
  const bot = await createAgent(owner, server.url);
  for (const wrong of [{ reason: '' }, { reason: undefined }, { duration: '2y' }]) {
    const call = bot.client.agent.requestAccess.mutate({ ...ask, ...wrong } as typeof ask);
    expect(await getRefusal(call)).toMatchObject({ code: 'invalid_input' });
  }
});
