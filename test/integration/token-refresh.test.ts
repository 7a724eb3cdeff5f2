// Tokens that are refreshed on the way to whoever asks, ahead of their end and by a press of a button, at a provider that
// rotates them.

import { connect } from '@keytrail/server/base/db';
import { rewrap } from '@keytrail/server/base/envelope';
import type { SealedField } from '@keytrail/server/base/schema';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { isOfFirst, isOfTokens, refuseUpdates } from '../kit/refuse-updates.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent } from '../kit/vault.ts';

let server: TestServer;
let provider: OAuthProvider;
let owner: Owner;

beforeAll(async () => {
  provider = await startOAuthProvider();
  // The job that renews ending tokens would do so first, now and then.
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' }, { jobs: false });
  owner = await server.createOwner();
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});

const countRefreshes = () => provider.requests.refresh_token ?? 0;

/** What the log says of a credential, the oldest first. */
async function readEvents(
  { id }: { readonly id: string },
  type: AuditEvent['type'],
  by = owner,
): Promise<AuditEvent[]> {
  const { events } = await by.client.audit.list.query({ filter: { credentialIds: [id], types: [type] }, limit: 200 });
  return events.toReversed();
}

/** An agent with a grant for a credential whose token has ended, unless told otherwise. */
async function createFurniture(options: Parameters<typeof createOAuthCredential>[2] = {}) {
  const credential = await createOAuthCredential(owner, provider, options);
  const bot = await createAgent(owner, server.url, `bot of ${credential.service}`);
  const grant = await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
  const { service } = credential;
  const ask = (client = bot.client) => client.agent.credential.mutate({ service });
  return { credential, bot, grant, ask };
}

describe('just in time', () => {
  test('3 nodes, 50 requests each, one ended token: one token request, all answered with the new one, one event', async () => {
    const nodes = [server.app, await server.startNode(), await server.startNode()];
    const { credential, bot, ask } = await createFurniture();
    const before = countRefreshes();
    const clients = nodes.map(({ url }) => createClient(url, bot.key));
    const answers = await Promise.all(clients.flatMap((client) => Array.from({ length: 50 }, () => ask(client))));
    expect(countRefreshes() - before).toBe(1);
    const tokens = new Set(answers.map(({ values }) => values.accessToken));
    expect(tokens.size).toBe(1);
    const [fresh = ''] = tokens;
    expect(fresh).not.toBe(credential.tokens.accessToken);
    expect(await provider.accepts(fresh)).toBe(true);
    const refreshes = await readEvents(credential, 'token_refresh');
    expect(refreshes).toMatchObject([
      {
        action: 'refresh',
        outcome: 'ok',
        source: 'agent',
        title: bot.agent.name,
        agentId: bot.agent.id,
        service: credential.service,
        credentialId: credential.id,
        fields: ['accessToken', 'refreshToken'],
      },
    ]);
    const uses = await readEvents(credential, 'agent_access');
    expect(uses).toHaveLength(150);
    // What waited for the refresh is tied to it, on whichever node; what came later is tied to nothing.
    const ties = new Set(uses.map(({ correlationId }) => correlationId));
    expect([...ties].filter((tie) => tie !== undefined)).toEqual([refreshes[0]?.correlationId]);
    await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
  });

  test('a token that has time left is handed out as it is; one that ends within a minute is refreshed', async () => {
    const { credential, ask } = await createFurniture({ endsInS: 120 });
    const before = countRefreshes();
    expect((await ask()).values.accessToken).toBe(credential.tokens.accessToken);
    expect(countRefreshes()).toBe(before);
    const soon = await createFurniture({ endsInS: 59 });
    expect((await soon.ask()).values.accessToken).not.toBe(soon.credential.tokens.accessToken);
    expect(countRefreshes()).toBe(before + 1);
  });

  test('the pair goes on rotating: each refresh uses the token of the one before', async () => {
    const { credential, ask } = await createFurniture();
    const seen = new Set([credential.tokens.accessToken]);
    for (let round = 0; round < 3; round++) {
      const { values } = await ask();
      expect(seen.has(values.accessToken ?? '')).toBe(false);
      seen.add(values.accessToken ?? '');
      server.advance(3600_000);
    }
    expect((await readEvents(credential, 'token_refresh')).map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  });

  test('the owner who reads it has it refreshed, too, as Direct', async () => {
    const { credential } = await createFurniture();
    const { values } = await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    const [refresh] = await readEvents(credential, 'token_refresh');
    const [use] = await readEvents(credential, 'secret_access');
    expect(refresh).toMatchObject({ source: 'direct', title: 'Direct Access' });
    expect(use?.correlationId).toBe(refresh?.correlationId);
  });

  test('who may not have it sets nothing off: a refused request reaches no provider', async () => {
    const { ask } = await createFurniture();
    const { client } = await createAgent(owner, server.url, 'a bot without a grant');
    const before = countRefreshes();
    expect(await getRefusal(ask(client))).toMatchObject({ rule: 'grant_missing' });
    expect(countRefreshes()).toBe(before);
  });

  test('a grant that was revoked while the provider took its time is refused', async () => {
    const { grant, ask } = await createFurniture();
    const hold = provider.holdNext('asked');
    const refused = getRefusal(ask());
    await hold.held;
    await owner.client.grants.revoke.mutate({ id: grant.id });
    hold.release();
    expect(await refused).toMatchObject({ rule: 'grant_revoked' });
  });
});

describe('when the provider does not', () => {
  test('invalid_grant: the owner must connect it again, agents are told, and the provider is not asked any more', async () => {
    const { credential, ask } = await createFurniture();
    provider.answerWith({ status: 400, body: '{"error":"invalid_grant","error_description":"revoked"}' });
    expect(await getRefusal(ask())).toMatchObject({ status: 409, code: 'reconnect_needed' });
    const before = countRefreshes();
    provider.answerWith(null);
    expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
    expect(countRefreshes()).toBe(before);
    expect(await readEvents(credential, 'token_refresh')).toMatchObject([
      {
        outcome: 'failed',
        errorClass: 'invalid_grant',
        note: expect.stringContaining('paste a new refresh token under Edit'),
      },
    ]);
    expect((await readEvents(credential, 'agent_access')).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    const summary = await getCredential(credential);
    expect(summary.refresh?.reconnectNeeded).toContain('no longer accepts');
    // Other tokens mend it.
    const secret = await provider.issueTokens();
    await owner.client.credentials.update.mutate({ id: credential.id, version: summary.version, secret });
    expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
  });

  test.each([
    ['provider_error', { status: 500, body: '<h1>oops</h1>', contentType: 'text/html' }],
    ['provider_busy', { status: 429, body: '{"error":"slow_down"}' }],
    ['provider_refused', { status: 401, body: '{"error":"invalid_client"}' }],
    ['provider_answer', { status: 200, body: '{"token":"what is this"}' }],
    ['provider_refused', { status: 200, body: '{"error":"incorrect_client_credentials"}' }],
  ])('%s: it is tried again after a pause, and the refresh token is not given up', async (errorClass, answer) => {
    const { credential, ask } = await createFurniture();
    provider.answerWith(answer);
    expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
    provider.answerWith(null);
    const before = countRefreshes();
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    expect(countRefreshes()).toBe(before);
    server.advance(6_000);
    expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    const refreshes = await readEvents(credential, 'token_refresh');
    expect(refreshes.map(({ outcome, errorClass: said }) => said ?? outcome)).toEqual([errorClass, 'ok']);
  });

  test('a token that is still good is handed out although its refresh failed', async () => {
    const { credential, ask } = await createFurniture({ endsInS: 30, nowMs: server.app.ctx.nowMs() });
    provider.answerWith({ status: 503, body: '' });
    expect((await ask()).values.accessToken).toBe(credential.tokens.accessToken);
    provider.answerWith(null);
  });

  test('a provider that cannot be reached, or lies where nobody may call, is a failure that says so', async () => {
    const { credential, ask } = await createFurniture();
    const summary = await getCredential(credential);
    const secret = { refreshToken: credential.tokens.refreshToken, clientSecret: provider.client.secret };
    const move = (tokenUrl: string, version: number) =>
      owner.client.credentials.update.mutate({
        id: credential.id,
        version,
        public: { ...summary.public, tokenUrl },
        secret,
      });
    await move('http://127.0.0.1:9/token', summary.version);
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    await move('http://192.0.2.7/token', summary.version + 1);
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    await move('https://10.0.0.7/token', summary.version + 2);
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    const notes = (await readEvents(credential, 'token_refresh')).map(
      ({ errorClass, note }) => `${errorClass}: ${note}`,
    );
    expect(notes).toEqual([
      expect.stringMatching(/^unreachable: The upstream does not accept connections/),
      expect.stringMatching(/^unreachable: A provider is called over https only/),
      expect.stringMatching(/^unreachable: This upstream lies at a private address/),
    ]);
  });

  test('stored refresh material goes to no other server: a new token address takes it anew', async () => {
    const { credential } = await createFurniture();
    const { version, public: readable } = await getCredential(credential);
    const move = (tokenUrl: string | undefined, at: number, secret?: Record<string, string | null>) =>
      owner.client.credentials.update.mutate({
        id: credential.id,
        version: at,
        public: { ...readable, ...(tokenUrl === undefined ? { tokenUrl: undefined } : { tokenUrl }) },
        ...(secret === undefined ? {} : { secret }),
      });
    const refused = { code: 'invalid_input', sentence: expect.stringContaining('Give both anew') };
    expect(await getRefusal(move('http://127.0.0.1:9/token', version))).toMatchObject(refused);
    const half = { refreshToken: 'mine' };
    expect(await getRefusal(move('http://127.0.0.1:9/token', version, half))).toMatchObject(refused);
    // Nor by way of none.
    expect(await getRefusal(move(undefined, version))).toMatchObject(refused);
    await move(`${provider.issuer}/other`, version);
    await move(undefined, version + 1, { refreshToken: 'mine', clientSecret: 'mine' });
    expect(await getRefusal(move('http://127.0.0.1:9/token', version + 2))).toMatchObject(refused);
    await move('http://127.0.0.1:9/token', version + 2, { refreshToken: null, clientSecret: null });
  });

  test('no new refresh token: the old one is kept, and used the next time', async () => {
    const { credential, ask } = await createFurniture();
    provider.answerWith({ status: 200, body: '{"access_token":"short-lived","expires_in":"10"}' });
    expect((await ask()).values.accessToken).toBe('short-lived');
    provider.answerWith(null);
    expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    expect((await readEvents(credential, 'token_refresh')).map(({ fields }) => fields)).toEqual([
      ['accessToken'],
      ['accessToken', 'refreshToken'],
    ]);
  });
});

describe('a rotated pair outlives what is said beside it', () => {
  const hour = expect.stringMatching(/Z$/);
  test.each([
    ['an end in the year 318,000', '"expires_in":9999999999999', null, ['api']],
    ['the largest of all ends', '"expires_in":9223372036854775807', null, ['api']],
    ['an end beyond all numbers', '"expires_in":1e400', null, ['api']],
    ['an end after the year 9999', '"expires_in":315000000000', null, ['api']],
    ['a negative end', '"expires_in":-1', null, ['api']],
    ['a fractional end', '"expires_in":3600.0001', hour, ['api']],
    ['an end that is no number', '"expires_in":"never"', null, ['api']],
    ['a scope with a null character', '"scope":"api a\\u0000b"', hour, ['api']],
    ['a scope with a lone surrogate', '"scope":"api \\ud800"', hour, ['api']],
    ['no scope that can be kept', '"scope":"\\u0000"', hour, ['api']],
    ['a scope of two lines', '"scope":"a\\nb openid"', hour, ['openid']],
    ['a scope of 300 characters', `"scope":"openid ${'a'.repeat(300)}"`, hour, ['openid']],
    ['a list of scopes', '"scope":["openid","a\\u0000b"]', hour, ['openid']],
    ['scopes that are no text', '"scope":{"api":true}', hour, ['api']],
    ['a token type with a null character', '"token_type":"\\u0000\\ud800"', hour, ['api']],
    ['an identity that is none', '"id_token":"\\u0000"', hour, ['api']],
    ['an error that is none', '"error":""', hour, ['api']],
  ])('%s', async (_name, members, end, scopes) => {
    const { credential, ask } = await createFurniture();
    const before = countRefreshes();
    provider.amendAnswers(`"scope":"api",${members}`);
    const { values } = await ask().finally(() => provider.amendAnswers(null));
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    const { public: readable, refresh } = await getCredential(credential);
    expect(readable).toMatchObject({ accessTokenExpiresAt: end, scopes });
    expect(refresh).toMatchObject({ possible: true, underWayUntil: null, failing: null, reconnectNeeded: null });
    expect((await ask()).values).toEqual(values);
    expect(countRefreshes() - before).toBe(1);
    // The refresh token that came with it was kept: an older one would end the grant.
    await owner.client.credentials.refresh.mutate({ id: credential.id });
    expect((await readEvents(credential, 'token_refresh')).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect((await readEvents(credential, 'agent_access')).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('where the database does not take what is readable, the pair is stored without it', async () => {
    const { credential, ask } = await createFurniture();
    const refusal = await refuseUpdates(
      server.databaseUrl,
      credential,
      `${isOfTokens} and new.public->>'accessTokenExpiresAt' is not null`,
      '22P05',
    );
    const { values } = await ask();
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    expect((await getCredential(credential)).public).toMatchObject({ accessTokenExpiresAt: null, scopes: ['api'] });
    await refusal.end();
    await owner.client.credentials.refresh.mutate({ id: credential.id });
    expect((await readEvents(credential, 'token_refresh')).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('where the row is held by others, it is waited for', async () => {
    const { credential, ask } = await createFurniture();
    const refusal = await refuseUpdates(server.databaseUrl, credential, `${isOfTokens} and ${isOfFirst}`, '55P03');
    const { values } = await ask();
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    await refusal.end();
    expect(await readEvents(credential, 'token_refresh')).toMatchObject([{ outcome: 'ok' }]);
    expect((await getCredential(credential)).public).toMatchObject({ accessTokenExpiresAt: hour });
  });

  test('where it cannot be stored at all, that is said at once, of the refresh and of the access; nobody waits for a lease', async () => {
    const { credential, ask } = await createFurniture();
    const refusal = await refuseUpdates(server.databaseUrl, credential, isOfTokens, '22P05');
    const before = countRefreshes();
    expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
    expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
    expect(countRefreshes() - before).toBe(1);
    await refusal.end();
    expect(await readEvents(credential, 'token_refresh')).toMatchObject([
      { outcome: 'failed', errorClass: 'not_stored', note: expect.stringContaining('could not be stored') },
    ]);
    expect(await readEvents(credential, 'agent_access')).toMatchObject(
      [1, 2].map(() => ({ outcome: 'failed', note: expect.stringContaining('could not be renewed') })),
    );
    expect((await getCredential(credential)).refresh).toMatchObject({
      underWayUntil: null,
      failing: { because: 'The new token could not be stored' },
    });
    // The old one is tried once more, and what became of the new one is not forgotten.
    server.advance(6_000);
    expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
    expect((await readEvents(credential, 'token_refresh')).at(-1)).toMatchObject({
      errorClass: 'invalid_grant',
      note: expect.stringContaining('its new refresh token was lost'),
    });
  });

  test('where not even that can be recorded, nobody waits for a lease, and the next one records it', async () => {
    const { credential, ask } = await createFurniture();
    const refusal = await refuseUpdates(server.databaseUrl, credential, `new.refresh->'attempt' = 'null'`, '22P05');
    expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
    expect(await readEvents(credential, 'token_refresh')).toEqual([]);
    await refusal.end();
    expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
    expect(await readEvents(credential, 'token_refresh')).toMatchObject([
      { errorClass: 'cut_off', note: expect.stringContaining('The attempt was cut off') },
      { errorClass: 'invalid_grant', note: expect.stringContaining('its new refresh token was lost') },
    ]);
    expect((await readEvents(credential, 'agent_access')).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });
});

describe('without being asked', () => {
  test('the owner’s press of a button refreshes at once, pause or not, and says how it ended', async () => {
    const { credential } = await createFurniture({ endsInS: 3000 });
    const refresh = () => owner.client.credentials.refresh.mutate({ id: credential.id });
    expect((await refresh()).refresh).toMatchObject({ possible: true, failing: null, refreshedAt: expect.any(String) });
    provider.answerWith({ status: 500, body: '' });
    expect(await getRefusal(refresh())).toMatchObject({ code: 'refresh_failed' });
    expect((await getCredential(credential)).refresh?.failing?.because).toBe('Something broke at the provider');
    provider.answerWith(null);
    expect((await refresh()).refresh?.failing).toBeNull();
    expect((await readEvents(credential, 'token_refresh')).map(({ source, outcome }) => [source, outcome])).toEqual([
      ['direct', 'ok'],
      ['direct', 'failed'],
      ['direct', 'ok'],
    ]);
  });

  test('a credential that lacks what a refresh takes says what', async () => {
    const { id } = await owner.client.credentials.create.mutate({
      kind: 'oauth',
      service: 'calendar',
      label: 'pasted',
      public: {},
      secret: { accessToken: 'pasted' },
    });
    const refusal = await getRefusal(owner.client.credentials.refresh.mutate({ id }));
    expect(refusal).toMatchObject({ code: 'invalid_input', sentence: expect.stringContaining('a refresh token') });
  });

  test('the job refreshes what ends within minutes, once over two nodes, and leaves a locked vault alone', async () => {
    const { refreshEndingTokens } = await import('@keytrail/server/vault/refresh-job');
    const nowMs = server.app.ctx.nowMs();
    const { credential } = await createFurniture({ endsInS: 200, nowMs });
    const far = await createFurniture({ endsInS: 900, nowMs });
    const other = await server.createOwner();
    const locked = await createOAuthCredential(other, provider, { endsInS: 200, nowMs });
    await other.client.vault.lock.mutate();
    const node = await server.startNode();
    await Promise.all([refreshEndingTokens(server.app.ctx), refreshEndingTokens(node.ctx)]);
    expect(await readEvents(credential, 'token_refresh')).toMatchObject([
      { source: 'system', title: 'Scheduled Refresh', outcome: 'ok', credentialId: credential.id },
    ]);
    expect(await readEvents(far.credential, 'token_refresh')).toEqual([]);
    expect(await readEvents(locked, 'token_refresh', other)).toEqual([]);
  });
});

test('a rotation of the master key between the provider’s answer and its storing loses no token', async () => {
  const { credential, ask } = await createFurniture();
  const hold = provider.holdNext('carried out');
  const asked = ask();
  await hold.held;
  const sql = connect(server.databaseUrl, { max: 1 });
  const { accountId } = await owner.client.account.me.query();
  const [row] = await sql<
    { sealed: Record<string, SealedField> }[]
  >`select sealed from credentials where id = ${credential.id}`;
  const moved = Object.entries(row?.sealed ?? {}).map(([field, { version, box }]) => {
    const context = { accountId, credentialId: credential.id, field, version };
    const fresh = rewrap(server.app.ctx.masterKeys, context, Buffer.from(box ?? '', 'base64')).toString('base64');
    return [field, { version, box: fresh }];
  });
  await sql`
    update credentials set sealed = ${JSON.stringify(Object.fromEntries(moved))}::text::jsonb where id = ${credential.id}`;
  await sql.end();
  hold.release();
  const { values } = await asked;
  expect(values.accessToken).not.toBe(credential.tokens.accessToken);
  expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
  const [refresh] = await readEvents(credential, 'token_refresh');
  expect(refresh).toMatchObject({ outcome: 'ok' });
  expect(refresh?.note).toBeUndefined();
  // The pair that was stored goes on.
  server.advance(3600_000);
  expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
});

test('neither tokens nor the client’s secret are in the log, the events or what went wrong', async () => {
  const { credential, ask } = await createFurniture();
  provider.answerWith({ status: 200, body: '{"access_token":12345,"leak":"odd-answer-7d1e"}' });
  await getRefusal(ask());
  provider.answerWith(null);
  server.advance(6_000);
  const { values } = await ask();
  const { events } = await owner.client.audit.since.query({ from: 0 });
  const written = server.logged() + JSON.stringify(events);
  const secrets = [
    credential.tokens.accessToken,
    credential.tokens.refreshToken,
    provider.client.secret,
    values.accessToken ?? '',
  ];
  for (const secret of [...secrets, 'odd-answer-7d1e']) expect(written).not.toContain(secret);
});

async function getCredential({ id }: { readonly id: string }) {
  const found = (await owner.client.credentials.list.query()).find((credential) => credential.id === id);
  if (found === undefined) throw new Error('no such credential');
  return found;
}
