// Credentials that are connected by their owner's consent: in the browser with PKCE and a state, or by a device code; with
// endpoints that were discovered or typed.

import { connect as connectTo } from '@keytrail/server/base/db';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { getRefusal } from '../kit/client.ts';
import { consent, consentToDevice } from '../kit/consent.ts';
import { startHttpUpstream } from '../kit/http-upstream.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

const redirectUri = 'https://keytrail.test/oauth/callback';
let server: TestServer;
let provider: OAuthProvider;
let owner: Owner;

beforeAll(async () => {
  provider = await startOAuthProvider([redirectUri]);
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
  owner = await server.createOwner();
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});

let made = 0;

function toInput() {
  return {
    service: 'calendar',
    label: `connected ${++made}`,
    provider: {
      issuer: provider.issuer,
      authorizationUrl: `${provider.issuer}/auth`,
      deviceUrl: `${provider.issuer}/device/auth`,
      tokenUrl: provider.tokenUrl,
      clientId: provider.client.id,
      clientSecret: provider.client.secret,
      scopes: ['openid', 'offline_access', 'api'],
      authorizationParameters: { audience: 'api.example.com' },
    },
  };
}

const connect = () => owner.client.oauth.connect.mutate({ ...toInput(), redirectUri });

async function readTokens(id: string) {
  return (await owner.client.credentials.use.mutate({ id, action: 'reveal' })).values;
}

describe('by consent in the browser', () => {
  test('the address asks for a code with PKCE and a state; what comes back makes a credential that refreshes itself', async () => {
    const { authorizationUrl, pending } = await connect();
    const asked = new URL(authorizationUrl).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('state')?.length).toBeGreaterThan(30);
    expect(asked.get('prompt')).toBe('consent');
    expect(asked.get('audience')).toBe('api.example.com');
    expect(asked.get('scope')).toBe('openid offline_access api');
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    const credential = await owner.client.oauth.finish.mutate({ pending, callbackUrl });
    expect(credential).toMatchObject({
      kind: 'oauth',
      service: 'calendar',
      refresh: { possible: true, failing: null, reconnectNeeded: null },
      secretFields: ['accessToken', 'clientSecret', 'refreshToken'],
    });
    const { accessToken = '' } = await readTokens(credential.id);
    expect(await provider.accepts(accessToken)).toBe(true);
    await owner.client.credentials.refresh.mutate({ id: credential.id });
    expect((await readTokens(credential.id)).accessToken).not.toBe(accessToken);
    const { events } = await owner.client.audit.list.query({ filter: { credentialIds: [credential.id] } });
    expect(events.at(-1)).toMatchObject({
      type: 'vault_change',
      action: 'connect',
      title: 'Credential connected',
      fields: ['accessToken', 'refreshToken'],
    });
  });

  test('a code counts once, and so does what was started', async () => {
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    await owner.client.oauth.finish.mutate({ pending, callbackUrl });
    expect(await getRefusal(owner.client.oauth.finish.mutate({ pending, callbackUrl }))).toMatchObject({
      code: 'connect_failed',
      sentence: expect.stringContaining('used up'),
    });
  });

  test('another state, another account’s ticket or a changed one brings nothing about', async () => {
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    const forged = new URL(callbackUrl);
    forged.searchParams.set('state', 'x'.repeat(43));
    const finish = (with_: { pending: string; callbackUrl: string }, by = owner) =>
      getRefusal(by.client.oauth.finish.mutate(with_));
    expect(await finish({ pending, callbackUrl: forged.href })).toMatchObject({ code: 'connect_failed' });
    const other = await server.createOwner();
    const foreign = { code: 'invalid_input', sentence: expect.stringContaining('Start it again') };
    expect(await finish({ pending, callbackUrl }, other)).toMatchObject(foreign);
    expect(await finish({ pending: `${pending.slice(0, -4)}AAAA`, callbackUrl })).toMatchObject(foreign);
    expect(await finish({ pending: 'nonsense', callbackUrl })).toMatchObject(foreign);
  });

  test('what was started half an hour ago is over', async () => {
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    server.advance(31 * 60_000);
    expect(await getRefusal(owner.client.oauth.finish.mutate({ pending, callbackUrl }))).toMatchObject({
      code: 'invalid_input',
    });
  });

  test('an owner who says no is told so', async () => {
    const { authorizationUrl, pending } = await connect();
    const state = new URL(authorizationUrl).searchParams.get('state');
    const callbackUrl = `${redirectUri}?error=access_denied&state=${state}&iss=${provider.issuer}`;
    expect(await getRefusal(owner.client.oauth.finish.mutate({ pending, callbackUrl }))).toMatchObject({
      code: 'connect_failed',
      sentence: expect.stringContaining('access_denied'),
    });
  });

  test('an answer in another provider’s name is refused where the provider’s own is known', async () => {
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = new URL(await consent(authorizationUrl, redirectUri));
    callbackUrl.searchParams.set('iss', 'https://other.example.com');
    const refused = getRefusal(owner.client.oauth.finish.mutate({ pending, callbackUrl: callbackUrl.href }));
    expect(await refused).toMatchObject({ code: 'connect_failed' });
  });

  test('connecting again replaces the tokens and clears what was wrong with the old ones', async () => {
    const first = await connect();
    const { id } = await owner.client.oauth.finish.mutate({
      pending: first.pending,
      callbackUrl: await consent(first.authorizationUrl, redirectUri),
    });
    provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' });
    await getRefusal(owner.client.credentials.refresh.mutate({ id }));
    provider.answerWith(null);
    const before = await readTokens(id);
    const again = await owner.client.oauth.reconnect.mutate({ id, redirectUri });
    const credential = await owner.client.oauth.finish.mutate({
      pending: again.pending,
      callbackUrl: await consent(again.authorizationUrl, redirectUri),
    });
    expect(credential).toMatchObject({ id, refresh: { possible: true, failing: null, reconnectNeeded: null } });
    expect((await readTokens(id)).accessToken).not.toBe(before.accessToken);
    const { events } = await owner.client.audit.list.query({
      filter: { credentialIds: [id], types: ['vault_change'] },
    });
    expect(events.map(({ title }) => title)).toEqual([
      'Credential reconnected',
      'Reconnection started',
      'Credential connected',
    ]);
    expect(events[1]).toMatchObject({ fields: ['clientSecret'], correlationId: events[0]?.correlationId });
  });

  test('the stored client secret goes to its provider behind an event, and one more says that it was to no avail', async () => {
    const first = await connect();
    const { id } = await owner.client.oauth.finish.mutate({
      pending: first.pending,
      callbackUrl: await consent(first.authorizationUrl, redirectUri),
    });
    const { pending, authorizationUrl } = await owner.client.oauth.reconnect.mutate({ id, redirectUri });
    const { state } = Object.fromEntries(new URL(authorizationUrl).searchParams);
    const callbackUrl = `${redirectUri}?code=of-nobody&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    expect(await getRefusal(owner.client.oauth.finish.mutate({ pending, callbackUrl }))).toMatchObject({
      code: 'connect_failed',
    });
    const { events } = await owner.client.audit.list.query({ filter: { credentialIds: [id] }, limit: 2 });
    expect(events).toMatchObject([
      { action: 'connect', outcome: 'failed', title: 'Reconnection failed', note: expect.stringContaining('used up') },
      { action: 'connect', outcome: 'ok', title: 'Reconnection started', fields: ['clientSecret'] },
    ]);
    expect(events[0]?.correlationId).toBe(events[1]?.correlationId);
  });

  test('tokens of a consent are not stored under another token address that was named meanwhile', async () => {
    const other = await startOAuthProvider([redirectUri]);
    const first = await connect();
    const { id, version, ...made } = await owner.client.oauth.finish.mutate({
      pending: first.pending,
      callbackUrl: await consent(first.authorizationUrl, redirectUri),
    });
    const again = await owner.client.oauth.reconnect.mutate({ id, redirectUri });
    await owner.client.credentials.update.mutate({
      id,
      version,
      public: { ...made.public, tokenUrl: other.tokenUrl },
      secret: { refreshToken: 'of another provider', clientSecret: 'of another provider' },
    });
    const callbackUrl = await consent(again.authorizationUrl, redirectUri);
    const refused = getRefusal(owner.client.oauth.finish.mutate({ pending: again.pending, callbackUrl }));
    expect(await refused).toMatchObject({ code: 'conflict', sentence: expect.stringContaining('another provider') });
    const { events } = await owner.client.audit.list.query({ filter: { credentialIds: [id] }, limit: 1 });
    expect(events).toMatchObject([{ title: 'Reconnection failed', note: expect.stringContaining('another provider') }]);
    await other.stop();
  });

  test('a stored client secret that does not open starts nothing, which is an event', async () => {
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    const { id } = await owner.client.oauth.finish.mutate({ pending, callbackUrl });
    const sql = connectTo(server.databaseUrl, { max: 1 });
    await sql`update credentials set sealed = jsonb_set(sealed, '{clientSecret,version}', '7') where id = ${id}`;
    await sql.end();
    const refused = getRefusal(owner.client.oauth.reconnect.mutate({ id, redirectUri }));
    expect(await refused).toMatchObject({ code: 'secret_unreadable' });
    const { events } = await owner.client.audit.list.query({ filter: { credentialIds: [id] }, limit: 1 });
    expect(events).toMatchObject([{ outcome: 'failed', title: 'Reconnection started', fields: ['clientSecret'] }]);
  });

  test('a locked vault starts nothing', async () => {
    const other = await server.createOwner();
    await other.client.vault.lock.mutate();
    const refused = getRefusal(other.client.oauth.connect.mutate({ ...toInput(), redirectUri }));
    expect(await refused).toMatchObject({ code: 'vault_locked' });
  });
});

test('by a device code: waiting until the owner has typed it, then a credential', async () => {
  const started = await owner.client.oauth.connectDevice.mutate(toInput());
  expect(started).toMatchObject({ userCode: expect.any(String), verificationUrl: `${provider.issuer}/device` });
  const poll = () => owner.client.oauth.pollDevice.mutate({ pending: started.pending });
  expect(await poll()).toMatchObject({ outcome: 'waiting' });
  await consentToDevice(started.verificationUrlComplete ?? '');
  const outcome = await poll();
  if (outcome.outcome !== 'connected') throw new Error('still waiting');
  expect(await provider.accepts((await readTokens(outcome.credential.id)).accessToken ?? '')).toBe(true);
});

describe('what a provider says beside its tokens keeps no connection from coming about', () => {
  const odd = String.raw`"expires_in":9223372036854775807,"scope":"api a\u0000b \ud800","token_type":"\u0000"`;
  const kept = { accessTokenExpiresAt: null, scopes: ['api'] };

  afterEach(() => provider.amendAnswers(null));

  test('by consent in the browser, for the first time and again', async () => {
    provider.amendAnswers(odd);
    const { authorizationUrl, pending } = await connect();
    const callbackUrl = await consent(authorizationUrl, redirectUri);
    const { id, public: readable } = await owner.client.oauth.finish.mutate({ pending, callbackUrl });
    expect(readable).toMatchObject(kept);
    const again = await owner.client.oauth.reconnect.mutate({ id, redirectUri });
    const reconnected = await owner.client.oauth.finish.mutate({
      pending: again.pending,
      callbackUrl: await consent(again.authorizationUrl, redirectUri),
    });
    expect(reconnected.public).toMatchObject(kept);
    expect(await provider.accepts((await readTokens(id)).accessToken ?? '')).toBe(true);
  });

  test('by a device code', async () => {
    const { pending, verificationUrlComplete } = await owner.client.oauth.connectDevice.mutate(toInput());
    await consentToDevice(verificationUrlComplete ?? '');
    provider.amendAnswers(odd);
    const outcome = await owner.client.oauth.pollDevice.mutate({ pending });
    if (outcome.outcome !== 'connected') throw new Error('still waiting');
    expect(outcome.credential.public).toMatchObject(kept);
    expect(await provider.accepts((await readTokens(outcome.credential.id)).accessToken ?? '')).toBe(true);
  });
});

test.each([
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['https://provider.test/device', 'javascript:alert(1)'],
])('a link of the provider’s that leads to no page is not shown: %s, %s', async (address, complete) => {
  const upstream = await startHttpUpstream();
  upstream.answer = (_request, response) =>
    void response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        device_code: 'd',
        user_code: 'u',
        verification_uri: address,
        verification_uri_complete: complete,
        expires_in: 60,
      }),
    );
  const input = toInput();
  const asked = { ...input, provider: { ...input.provider, deviceUrl: `${upstream.url}/device` } };
  const starting = owner.client.oauth.connectDevice.mutate(asked);
  if (complete === undefined) expect(await getRefusal(starting)).toMatchObject({ code: 'connect_failed' });
  else expect(await starting).toMatchObject({ verificationUrl: address, verificationUrlComplete: null });
  await upstream.stop();
});

describe('discovery', () => {
  test('finds the endpoints by the server’s address or by that of its document', async () => {
    const found = {
      issuer: provider.issuer,
      authorizationUrl: `${provider.issuer}/auth`,
      tokenUrl: provider.tokenUrl,
      deviceUrl: `${provider.issuer}/device/auth`,
      scopes: expect.arrayContaining(['offline_access']),
    };
    const discover = (address: string) => owner.client.oauth.discover.mutate({ address });
    expect(await discover(provider.issuer)).toMatchObject(found);
    expect(await discover(`${provider.issuer}/.well-known/openid-configuration`)).toMatchObject(found);
  });

  test('says what is wrong with an address, and reaches none that is private', async () => {
    const discover = (address: string) => getRefusal(owner.client.oauth.discover.mutate({ address }));
    expect(await discover(`${provider.issuer}/nothing/here`)).toMatchObject({ code: 'invalid_input' });
    expect(await discover('https://10.0.0.7')).toMatchObject({
      code: 'connect_failed',
      sentence: expect.stringContaining('private address'),
    });
    expect(await discover('http://example.com')).toMatchObject({ sentence: expect.stringContaining('https only') });
  });
});

test('the page that the browser comes back to reads nothing, runs nothing and stays out of frames', async () => {
  const response = await fetch(`${server.url}/oauth/callback?code=secret-code&state=s`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(await response.text()).not.toContain('secret-code');
  expect(server.logged()).not.toContain('secret-code');
  expect(server.logged()).not.toContain(provider.client.secret);
});
