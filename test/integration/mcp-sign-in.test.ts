// OAuth sign-in to /mcp: by the official clients of both generations, and each way in which it must not work.

import { connect } from '@keytrail/server/base/db';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAuthorizationConformance } from '../kit/conformance.ts';
import { findFreePort } from '../kit/free-port.ts';
import { eras } from '../kit/mcp-client.ts';
import { answerOnPage, openPage, signInOnPage, submit, toFields } from '../kit/mcp-sign-in-pages.ts';
import { createProgram, redirectUrl } from '../kit/mcp-sign-in-program.ts';
import { ask, exchange, getCode, readTokens, refresh, register, verifier } from '../kit/mcp-sign-in-requests.ts';
import { password } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
const endpoint = () => `${server.url}/mcp`;

beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => server.stop());

async function readEvents(owner: Owner) {
  const { events } = await owner.client.audit.list.query({ filter: {}, limit: 50 });
  return events;
}

async function getAgent(owner: Owner, id: string) {
  const agent = (await owner.client.agents.list.query()).find((one) => one.id === id);
  if (agent === undefined) throw new Error('the agent is gone');
  return agent;
}

test('the conformance suite finds nothing wrong with the metadata, nor with a code and the token for it', async () => {
  const owner = await server.createOwner();
  const port = await findFreePort();
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const metadata = { client_name: 'Conformance', redirect_uris: [redirectUri] };
  const { client_id: clientId } = await (await register(server.url, metadata)).json();
  const checks = await runAuthorizationConformance({ url: server.url, clientId, port }, async (address) => {
    await fetch(await answerOnPage(server.url, address, owner.email, { name: 'conformance' }));
  });
  expect(checks.map((line) => line.split(':')[0])).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
});

describe.each(eras)('a client of the era of %s', (era) => {
  test('finds its way in, acts as the agent that the owner chose, and the log names agent, connection and program', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    const program = createProgram(endpoint(), era, 'Code Helper');
    expect(await program.connect()).toBeNull();
    const location = await answerOnPage(server.url, program.sentTo(), owner.email, { agent: bot.agent.id });
    expect(location.startsWith(`${redirectUrl}?`)).toBe(true);
    expect(new URL(location).searchParams.get('iss')).toBe(server.url);
    await program.finish(location);
    expect(program.tokens()).toMatchObject({ token_type: 'Bearer', scope: 'agent' });
    // Whole seconds, some of which may be over.
    expect(program.tokens().expires_in).toBeGreaterThan(3500);

    const mcp = await program.connect();
    const fetched = await mcp?.callTool('get_credential', { service: 'github' });
    expect(fetched).toMatchObject({ isError: false, values: { values: { value: tokenValue } } });
    const [connection] = (await getAgent(owner, bot.agent.id)).connections;
    expect(connection).toMatchObject({ clientName: 'Code Helper', returnsTo: '127.0.0.1:3917' });
    const [used, connected, signedIn] = await readEvents(owner);
    expect(used).toMatchObject({
      type: 'agent_access',
      source: 'agent',
      agentId: bot.agent.id,
      keyId: connection?.id,
      clientName: 'Code Helper',
    });
    expect(connected).toMatchObject({
      type: 'vault_change',
      title: 'Client connected',
      agentId: bot.agent.id,
      keyId: connection?.id,
      note: 'Code Helper, returning to 127.0.0.1:3917',
    });
    expect(signedIn).toMatchObject({ title: 'Signed in', note: expect.stringContaining('Code Helper') });
    await mcp?.close();
  });

  test('can have an agent made for it, which holds no key and may use nothing yet', async () => {
    const owner = await server.createOwner();
    const program = createProgram(endpoint(), era, 'Newcomer');
    await program.connect();
    await program.finish(await answerOnPage(server.url, program.sentTo(), owner.email, { name: 'helper-bot' }));
    const mcp = await program.connect();
    expect(await mcp?.callTool('list_credentials')).toMatchObject({ isError: false, values: { credentials: [] } });
    expect(await mcp?.callTool('get_credential', { service: 'github' })).toMatchObject({
      values: { rule: 'grant_missing' },
    });
    const [agent] = await owner.client.agents.list.query();
    expect(agent).toMatchObject({ name: 'helper-bot', status: 'active', keys: [] });
    const events = await readEvents(owner);
    const [connected, created] = events.slice(1);
    expect([connected?.title, created?.title]).toEqual(['Client connected', 'Agent created']);
    expect(created?.correlationId).toBe(connected?.correlationId);
    await mcp?.close();
  });

  test('refreshes by itself once its token no longer works, and goes on as the same connection', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    const program = createProgram(endpoint(), era, 'Code Helper');
    await program.connect();
    await program.finish(await answerOnPage(server.url, program.sentTo(), owner.email, { agent: bot.agent.id }));
    const before = program.tokens();
    program.spoilAccessToken();
    const mcp = await program.connect();
    expect(await mcp?.callTool('list_credentials')).toMatchObject({ isError: false });
    expect(program.tokens().refresh_token).not.toBe(before.refresh_token);
    expect(program.tokens().access_token).not.toBe(before.access_token);
    expect((await getAgent(owner, bot.agent.id)).connections).toHaveLength(1);
    await mcp?.close();
  });

  test('that the owner refuses hears so, and nothing was given out', async () => {
    const owner = await server.createOwner();
    const program = createProgram(endpoint(), era, 'Unwanted');
    await program.connect();
    const location = await answerOnPage(server.url, program.sentTo(), owner.email, 'refuse');
    expect(new URL(location).searchParams.get('error')).toBe('access_denied');
    await expect(program.finish(location)).rejects.toThrow(/denied/);
    expect(await owner.client.agents.list.query()).toEqual([]);
    expect((await readEvents(owner))[0]).toMatchObject({ action: 'refuse', title: 'Client refused' });
  });

  test('is cut off with the next request once the owner ended the connection, and wants to sign in again', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    const program = createProgram(endpoint(), era, 'Code Helper');
    await program.connect();
    await program.finish(await answerOnPage(server.url, program.sentTo(), owner.email, { agent: bot.agent.id }));
    const [connection] = (await getAgent(owner, bot.agent.id)).connections;
    const end = { id: bot.agent.id, connectionId: connection?.id ?? '' };
    expect((await owner.client.agents.endConnection.mutate(end)).connections).toEqual([]);
    expect(await program.connect()).toBeNull();
    const [refused, ended] = await readEvents(owner);
    expect(refused).toMatchObject({ type: 'policy_denied', rule: 'key_revoked', keyId: connection?.id });
    expect(ended).toMatchObject({ action: 'revoke', title: 'Client disconnected', note: 'Code Helper' });
    // Its agent's own key goes on.
    expect(await bot.client.agent.credential.mutate({ service: 'github' })).toBeTruthy();
    // Once more is no second event.
    await owner.client.agents.endConnection.mutate(end);
    expect((await readEvents(owner)).filter(({ title }) => title === 'Client disconnected')).toHaveLength(1);
  });
});

describe('the way in', () => {
  const post = (bearer?: string) =>
    fetch(endpoint(), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });

  test('is told to whoever comes without a token: where the documents are, and what they say', async () => {
    const answer = await post();
    expect(answer.status).toBe(401);
    const described = `${server.url}/.well-known/oauth-protected-resource/mcp`;
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer resource_metadata="${described}"`);
    const resource = { resource: endpoint(), authorization_servers: [server.url] };
    for (const path of [described, described.replace(/\/mcp$/, '')]) {
      expect(await (await fetch(path)).json()).toMatchObject(resource);
    }
    expect(await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json()).toMatchObject({
      issuer: server.url,
      authorization_endpoint: `${server.url}/oauth/authorize`,
      token_endpoint: `${server.url}/oauth/token`,
      registration_endpoint: `${server.url}/oauth/register`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    });
  });

  test('names the public address, wherever the server listens', async () => {
    const publicUrl = 'https://keytrail.example.com';
    const behind = await startTestServer({ KEYTRAIL_PUBLIC_URL: publicUrl });
    const read = async (path: string) => (await fetch(behind.url + path)).json();
    expect(await read('/.well-known/oauth-protected-resource/mcp')).toMatchObject({
      resource: `${publicUrl}/mcp`,
      authorization_servers: [publicUrl],
    });
    expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({
      issuer: publicUrl,
      token_endpoint: `${publicUrl}/oauth/token`,
    });
    const answer = await fetch(`${behind.url}/mcp`, { method: 'POST' });
    expect(answer.headers.get('www-authenticate')).toContain(`${publicUrl}/.well-known/`);
    await behind.stop();
  });

  test.each([
    ['no list of redirects', {}, 'invalid_redirect_uri'],
    ['plain http to another computer', { redirect_uris: ['http://evil.test/cb'] }, 'invalid_redirect_uri'],
    ['a scheme that runs', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['credentials in the address', { redirect_uris: ['https://a:b@c.test/'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://c.test/#x'] }, 'invalid_redirect_uri'],
    ['another grant', { redirect_uris: ['https://c.test/'], grant_types: ['password'] }, 'invalid_client_metadata'],
  ])('invalid: registers nobody with %s', async (_what, metadata, error) => {
    const answer = await register(server.url, metadata);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error });
  });

  test('ok: registers a program that does not say what kind it is, and whose port changes', async () => {
    const { client_id } = await (await register(server.url, { client_name: 'x', redirect_uris: [redirectUrl] })).json();
    const page = await openPage(ask(server.url, client_id, { redirect_uri: redirectUrl.replace('3917', '45678') }));
    expect(page.status).toBe(200);
    expect(page.text).toContain('127.0.0.1:45678');
  });

  test.each([
    ['a redirect that was not registered', { redirect_uri: 'https://evil.test/cb' }],
    ['another path on this computer', { redirect_uri: 'http://127.0.0.1:3917/other' }],
    ['another name of this computer', { redirect_uri: 'http://localhost:3917/callback' }],
    ['an unknown client', { client_id: 'kt_client_e30.AAAA' }],
  ])('invalid: %s is told to the person and leads nowhere', async (_what, parameters) => {
    const { client_id } = await (await register(server.url)).json();
    const page = await openPage(ask(server.url, client_id, parameters));
    expect(page).toMatchObject({ status: 400, location: null });
    expect(page.text).toContain('is not registered with this server');
    expect(page.text).not.toContain('<form');
  });

  test.each([
    ['without a challenge', { code_challenge: '' }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token in the address', { response_type: 'token' }, 'unsupported_response_type'],
    ['for what another server keeps', { resource: 'https://other.test/mcp' }, 'invalid_target'],
  ])('invalid: who asks %s hears of it where it registered', async (_what, parameters, error) => {
    const { client_id } = await (await register(server.url)).json();
    const { status, location } = await openPage(ask(server.url, client_id, parameters));
    expect(status).toBe(303);
    const back = new URL(location ?? '');
    expect(back.origin + back.pathname).toBe(redirectUrl);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error, state: 'kept', iss: server.url });
  });
});

describe('the way back', () => {
  test('with an error leads to no other site unasked, as a link to this server would', async () => {
    const redirect_uri = 'https://client.example.com/callback';
    const { client_id } = await (await register(server.url, { redirect_uris: [redirect_uri] })).json();
    const page = await openPage(ask(server.url, client_id, { redirect_uri, code_challenge: '' }));
    expect(page).toMatchObject({ status: 400, location: null });
    expect(page.text).toContain(`<a href="${redirect_uri}?error=invalid_request&amp;`);
  });

  test.each([
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor:'],
    ['com.example.app:/callback', 'com.example.app:'],
    ['https://client.example.com/callback?kept=1', 'client.example.com'],
    ['http://[::1]:3917/callback', '[::1]:3917'],
  ])('to %s is shown as %s and keeps its form, with a code and with a refusal', async (redirect_uri, shown) => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url, { redirect_uris: [redirect_uri] })).json();
    const url = ask(server.url, client_id, { redirect_uri });
    expect((await openPage(url)).text).toContain(`<code dir="ltr">${shown}</code>`);
    for (const [choice, parameter] of [
      [{ name: 'bot' }, 'code'],
      ['refuse', 'error'],
    ] as const) {
      const back = new URL(await answerOnPage(server.url, url, owner.email, choice));
      expect(back.searchParams.get(parameter)).toBeTruthy();
      expect(back.searchParams.get('state')).toBe('kept');
      for (const name of ['code', 'error', 'error_description', 'state', 'iss']) back.searchParams.delete(name);
      expect(back.href).toBe(new URL(redirect_uri).href);
    }
  });

  test('leads through any node: what one registered, another asks about, a third gives tokens for', async () => {
    const owner = await server.createOwner();
    const bot = await createAgent(owner, server.url);
    const [second, third] = [await server.startNode(), await server.startNode()];
    const { client_id } = await (await register(server.url)).json();
    const code = await getCode(second.url, client_id, owner.email, { agent: bot.agent.id });
    const tokens = await readTokens(await exchange(third.url, { client_id, code }));
    expect((await refresh(server.url, { client_id, refresh_token: tokens.refresh_token })).status).toBe(200);
  });
});

describe('the pages', () => {
  test('invalid: a form that cannot be read is a page, too', async () => {
    const headers = { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' };
    for (const [body, status] of [
      ['', 400],
      [`question=${'x'.repeat(40_000)}`, 413],
    ] as const) {
      const answer = await fetch(`${server.url}/oauth/sign-in`, { method: 'POST', headers, body });
      expect(answer.status).toBe(status);
      expect(await answer.text()).toContain('The form could not be read.');
    }
  });

  test('run nothing, load nothing, stand in no frame, set no cookie, and lead only where the client registered', async () => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url)).json();
    const signIn = await openPage(ask(server.url, client_id));
    const consent = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    expect([signIn.status, consent.status]).toEqual([200, 200]);
    for (const { headers, text } of [signIn, consent]) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; style-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
      expect(text).not.toMatch(/<script|<style| style=| on[a-z]+=/);
    }
    expect(signIn.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(consent.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:3917;");
  });

  test('show what a client calls itself as text, whatever it is', async () => {
    const client_name = '<img src=x onerror=alert(1)>"\u202e';
    const { client_id } = await (await register(server.url, { client_name, redirect_uris: [redirectUrl] })).json();
    const { text } = await openPage(ask(server.url, client_id));
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;');
    expect(text).not.toMatch(/<img|\u202e/);
  });

  test('forbidden: a form that another page sent, signing in and answering alike', async () => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url)).json();
    const fields = { email: owner.email, password };
    const signIn = await openPage(ask(server.url, client_id));
    const consent = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await submit(server.url, signIn, fields, headers)).status).toBe(403);
      expect((await submit(server.url, consent, toFields({ name: 'x' }), headers)).status).toBe(403);
    }
    expect(await owner.client.agents.list.query()).toEqual([]);
  });

  test('unauthorized: a wrong password, which the log tells, and an address that nobody has, in the same words', async () => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url)).json();
    const page = await openPage(ask(server.url, client_id));
    const wrong = await submit(server.url, page, { email: owner.email, password: 'not the password' });
    const nobody = await submit(server.url, page, { email: 'nobody@example.com', password: 'not the password' });
    expect([wrong.status, nobody.status]).toEqual([403, 403]);
    for (const { text } of [wrong, nobody]) expect(text).toContain('The e-mail address or the password is not right.');
    expect(wrong.text).not.toContain('not the password');
    await expect.poll(async () => (await readEvents(owner))[0]?.title).toBe('Sign-in failed');
  });

  test.each([
    ['one address', () => '203.0.113.7'],
    ['one network of IPv6', (number: number) => `2001:db8:7:7:${number + 1}::1`],
  ])('too many tries from %s are refused, the right password too', async (_name, toAddress) => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url)).json();
    const page = await openPage(ask(server.url, client_id));
    const from = (number: number) => ({ 'x-forwarded-for': toAddress(number) });
    const wrong = { email: 'x@y.zz', password: 'x' };
    const tries = Array.from({ length: 21 }, (_, number) => submit(server.url, page, wrong, from(number)));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    const right = { email: owner.email, password };
    expect((await submit(server.url, page, right, from(21))).status).toBe(429);
  });

  test('a ticket is good for one answer, to one question, for ten minutes', async () => {
    const owner = await server.createOwner();
    const { client_id } = await (await register(server.url)).json();
    const first = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    expect((await submit(server.url, first, toFields({ name: 'once' }))).status).toBe(303);
    expect((await submit(server.url, first, toFields({ name: 'twice' }))).status).toBe(401);

    const second = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    const other = await (await register(server.url, { client_name: 'Other', redirect_uris: [redirectUrl] })).json();
    const question = new URL(ask(server.url, other.client_id)).search.slice(1);
    expect((await submit(server.url, second, { ...toFields({ name: 'swapped' }), question })).status).toBe(401);

    const third = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    server.advance(10 * 60_000);
    const late = await submit(server.url, third, toFields({ name: 'late' }));
    expect(late.status).toBe(401);
    expect(late.text).toContain('It took more than ten minutes');
    expect((await owner.client.agents.list.query()).map(({ name }) => name)).toEqual(['once']);
  });

  test('what cannot be answered so is asked again: a taken name, a suspended agent, one of another account, a locked vault', async () => {
    const owner = await server.createOwner();
    const stranger = await server.createOwner();
    const bot = await createAgent(owner, server.url);
    const foreign = await createAgent(stranger, server.url);
    await owner.client.agents.suspend.mutate({ id: bot.agent.id });
    const { client_id } = await (await register(server.url)).json();
    let page = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
    const expectAgain = async (fields: Record<string, string>, status: number, words: string) => {
      page = await submit(server.url, page, fields);
      expect(page).toMatchObject({ status, location: null });
      expect(page.text).toContain(words);
    };
    await expectAgain(toFields({ name: 'deploy-bot' }), 409, 'An agent of this name exists already');
    await expectAgain(toFields({ name: '' }), 400, 'Give the new agent a name');
    await expectAgain({ answer: 'connect' }, 400, 'Choose an agent');
    await expectAgain(toFields({ agent: bot.agent.id }), 403, 'This agent is suspended');
    await expectAgain(toFields({ agent: foreign.agent.id }), 404, 'There is no such thing in this account');
    await owner.client.vault.lock.mutate();
    await expectAgain(toFields({ name: 'fresh' }), 423, 'The vault is locked');
    expect((await readEvents(owner))[0]).toMatchObject({ type: 'policy_denied', rule: 'vault_locked' });
    expect((await owner.client.agents.list.query()).map(({ name }) => name)).toEqual(['deploy-bot']);
    expect((await stranger.client.agents.list.query())[0]?.connections).toEqual([]);
  });
});

describe('a code', () => {
  async function letIn() {
    const owner = await server.createOwner();
    const bot = await createAgent(owner, server.url);
    const { client_id } = await (await register(server.url)).json();
    const code = await getCode(server.url, client_id, owner.email, { agent: bot.agent.id });
    return { owner, bot, client_id, code };
  }

  test('used twice is refused, and what came of the first use ends', async () => {
    const { owner, bot, client_id, code } = await letIn();
    const tokens = await readTokens(await exchange(server.url, { client_id, code }));
    const again = await exchange(server.url, { client_id, code });
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
    expect((await getAgent(owner, bot.agent.id)).connections).toEqual([]);
    expect((await readEvents(owner))[0]).toMatchObject({
      title: 'Client disconnected',
      source: 'agent',
      note: expect.stringContaining('used a second time'),
    });
    expect((await refresh(server.url, { client_id, refresh_token: tokens.refresh_token })).status).toBe(400);
  });

  test.each([
    ['with the wrong verifier', { code_verifier: verifier.replace(/^./, '~') }, 'invalid_grant'],
    ['without a verifier', { code_verifier: '' }, 'invalid_grant'],
    ['for another address', { redirect_uri: `${redirectUrl}/other` }, 'invalid_request'],
    ['for another resource', { resource: 'https://other.test/mcp' }, 'invalid_target'],
  ])('invalid: %s', async (_what, parameters, error) => {
    const { client_id, code } = await letIn();
    const answer = await exchange(server.url, { client_id, code, ...parameters });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error });
  });

  test('tried with a wrong verifier is spent: the right one comes too late', async () => {
    const { client_id, code } = await letIn();
    await exchange(server.url, { client_id, code, code_verifier: verifier.replace(/^./, '~') });
    expect((await exchange(server.url, { client_id, code })).status).toBe(400);
  });

  test('of another client, or older than a minute, gives nothing', async () => {
    const { client_id, code } = await letIn();
    const other = await (await register(server.url)).json();
    expect(await (await exchange(server.url, { client_id: other.client_id, code })).json()).toMatchObject({
      error: 'invalid_grant',
    });
    const late = await letIn();
    server.advance(61_000);
    expect(await (await exchange(server.url, late)).json()).toMatchObject({ error: 'invalid_grant' });
    expect((await exchange(server.url, { client_id, code })).status).toBe(400);
  });

  test('by many at once gives tokens to one at most', async () => {
    const { client_id, code } = await letIn();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(server.url, { client_id, code })));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });
});

describe('tokens', () => {
  const callTool = (bearer: string, name = 'list_credentials') =>
    fetch(endpoint(), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${bearer}`,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }),
    });

  async function getTokens() {
    const owner = await server.createOwner();
    const bot = await createAgent(owner, server.url);
    const { client_id } = await (await register(server.url)).json();
    const code = await getCode(server.url, client_id, owner.email, { agent: bot.agent.id });
    const tokens = await readTokens(await exchange(server.url, { client_id, code }));
    return { owner, bot, client_id, ...tokens };
  }

  test('an access token opens /mcp for an hour and nothing else', async () => {
    const { access_token, refresh_token } = await getTokens();
    expect((await callTool(access_token)).status).toBe(200);
    for (const path of ['/trpc/agent.whoami', '/trpc/agents.list']) {
      const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${access_token}` } });
      expect(answer.status).toBe(401);
    }
    expect((await callTool(refresh_token)).status).toBe(401);
    server.advance(3_600_000);
    const expired = await callTool(access_token);
    expect(expired.status).toBe(401);
    expect(expired.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('a refresh replaces both; the old refresh token, coming again later, ends the connection', async () => {
    const { owner, bot, client_id, access_token, refresh_token } = await getTokens();
    const next = await readTokens(await refresh(server.url, { client_id, refresh_token }));
    expect((await callTool(access_token)).status).toBe(401);
    expect((await callTool(next.access_token)).status).toBe(200);
    // A client whose answer got lost: refused, but nobody is cut off.
    expect((await refresh(server.url, { client_id, refresh_token })).status).toBe(400);
    expect((await callTool(next.access_token)).status).toBe(200);
    server.advance(31_000);
    expect((await refresh(server.url, { client_id, refresh_token })).status).toBe(400);
    expect((await callTool(next.access_token)).status).toBe(401);
    expect((await refresh(server.url, { client_id, refresh_token: next.refresh_token })).status).toBe(400);
    expect((await getAgent(owner, bot.agent.id)).connections).toEqual([]);
    expect((await readEvents(owner)).map(({ title }) => title)).toContain('Client disconnected');
  });

  test('a refresh by many at once gives new tokens to one', async () => {
    const { client_id, refresh_token } = await getTokens();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => refresh(server.url, { client_id, refresh_token })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a refresh token is good for thirty days, and for its own client', async () => {
    const { client_id, refresh_token } = await getTokens();
    const other = await (await register(server.url)).json();
    expect((await refresh(server.url, { client_id: other.client_id, refresh_token })).status).toBe(400);
    server.advance(30 * 24 * 3_600_000);
    expect(await (await refresh(server.url, { client_id, refresh_token })).json()).toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('of a suspended agent open nothing, and open it again when it is resumed', async () => {
    const { owner, bot, access_token } = await getTokens();
    const read = async () => (await callTool(access_token)).text();
    await owner.client.agents.suspend.mutate({ id: bot.agent.id });
    expect(await read()).toContain('agent_suspended');
    expect((await readEvents(owner))[0]).toMatchObject({ type: 'policy_denied', rule: 'agent_suspended' });
    await owner.client.agents.resume.mutate({ id: bot.agent.id });
    expect(await read()).not.toContain('agent_suspended');
  });

  test('outlive a new key of the agent, and end with the agent', async () => {
    const { owner, bot, client_id, access_token, refresh_token } = await getTokens();
    await owner.client.agents.rotateKey.mutate({ id: bot.agent.id });
    expect((await callTool(access_token)).status).toBe(200);
    await owner.client.agents.remove.mutate({ id: bot.agent.id });
    expect((await callTool(access_token)).status).toBe(401);
    expect((await refresh(server.url, { client_id, refresh_token })).status).toBe(400);
    const [refused, ...changes] = await readEvents(owner);
    expect(refused).toMatchObject({ type: 'policy_denied', rule: 'key_revoked', agentName: 'deploy-bot' });
    const titles = changes.slice(0, 3).map(({ title }) => title);
    expect(titles.sort()).toEqual(['Agent key revoked', 'Agent removed', 'Client disconnected']);
  });

  test('are given up by whoever holds one; the same client connected anew takes the place of its old connection', async () => {
    const { owner, bot, client_id, access_token } = await getTokens();
    const code = await getCode(server.url, client_id, owner.email, { agent: bot.agent.id });
    expect((await callTool(access_token)).status).toBe(401);
    const { access_token: second } = await readTokens(await exchange(server.url, { client_id, code }));
    expect((await getAgent(owner, bot.agent.id)).connections).toHaveLength(1);
    const body = new URLSearchParams({ token: second, client_id });
    expect((await fetch(`${server.url}/oauth/revoke`, { method: 'POST', body })).status).toBe(200);
    expect((await callTool(second)).status).toBe(401);
    expect((await readEvents(owner)).find(({ title }) => title === 'Client disconnected')).toMatchObject({
      source: 'agent',
      note: expect.stringContaining('gave it up'),
    });
  });
});

test('no token, code, ticket or password is logged, or stored as it is', async () => {
  const owner = await server.createOwner();
  const { client_id } = await (await register(server.url)).json();
  const consent = await signInOnPage(server.url, ask(server.url, client_id), owner.email);
  const ticket = /name="ticket" value="([^"]+)"/.exec(consent.text)?.[1] ?? '';
  const code = await getCode(server.url, client_id, owner.email, { name: 'helper-bot' });
  const { access_token, refresh_token } = await readTokens(await exchange(server.url, { client_id, code }));
  await (await refresh(server.url, { client_id, refresh_token })).json();
  const stored = await dumpDatabase(server.databaseUrl);
  expect(stored).toContain('Client connected');
  for (const secret of [ticket, code, access_token, refresh_token, password]) {
    expect(secret.length).toBeGreaterThan(20);
    const encodings = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')];
    for (const text of encodings)
      expect([server.logged().includes(text), stored.includes(text)]).toEqual([false, false]);
  }
});

/** Every row of every table, as text. */
async function dumpDatabase(url: string): Promise<string> {
  const sql = connect(url, { max: 1 });
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ text: string }[]>(`select t::text as text from ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  await sql.end();
  return texts.join('\n');
}
