// Tokens that the owner's webhook holds, renewed at a provider that rotates them: by the webhook, once it is told, or by Keytrail, for the
// webhook to store.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { carryOnMoves } from '@keytrail/server/vault/webhook-move';
import { findWebhookLink } from '@keytrail/server/vault/webhook-rows';
import type { AuditEvent } from '@keytrail/shared/event';
import { signMessage } from '@keytrail/shared/webhook-message';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { getRefusal } from '../kit/client.ts';
import { callPlainly, startHttpUpstream } from '../kit/http-upstream.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { toProxyFields } from '../kit/proxies.ts';
import { isOfTokens, refuseUpdates } from '../kit/refuse-updates.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createAgent } from '../kit/vault.ts';
import {
  type BoundWebhook,
  bindWebhook,
  readKept,
  redeem,
  switchVault,
  webhookVariables,
  writeProviders,
} from '../kit/webhook.ts';
import { startWebhookRelay, type WebhookRelay } from '../kit/webhook-relay.ts';

let server: TestServer;
let provider: OAuthProvider;
let dir: TempDir;
let named: Record<string, string>;
beforeAll(async () => {
  provider = await startOAuthProvider();
  dir = await makeTempDir();
  named = { WEBHOOK_PROVIDERS: await writeProviders(dir, provider) };
});
afterAll(async () => {
  await provider.stop();
  await dir.remove();
});
let relay: WebhookRelay;
beforeEach(async () => {
  relay = await startWebhookRelay();
});
const webhooks: BoundWebhook[] = [];
afterEach(async () => {
  provider.answerWith(null);
  provider.amendAnswers(null);
  for (const webhook of webhooks.splice(0)) await webhook.stop();
  await relay.stop();
});

/** One for each group: people sign up at most so often. */
function useServer() {
  beforeAll(async () => {
    // The job that refreshes would be faster now and then.
    server = await startTestServer(webhookVariables, { jobs: false });
  });
  afterAll(() => server.stop());
}

const ways = ['webhook-delegated', 'webhook-mediated'] as const;
type Way = (typeof ways)[number];

/** An agent with a grant for a token that has ended and lies at its owner's webhook, and that secrets are to be looked for. */
async function furnish(way: Way, options: { endsInS?: number; settings?: Record<string, string> } = {}) {
  const owner = await server.createOwner();
  const settings = { ...named, ...(way === 'webhook-mediated' ? { WEBHOOK_MEDIATED: 'on' } : {}), ...options.settings };
  const webhook = await bindWebhook(server, owner, settings, relay);
  webhooks.push(webhook);
  const endsInS = options.endsInS ?? 3_000;
  const credential = await createOAuthCredential(owner, provider, { endsInS, nowMs: server.app.ctx.nowMs() });
  await switchVault(owner, 'webhook');
  if (way === 'webhook-mediated') await owner.client.webhook.setMediation.mutate({ mediated: true });
  if (options.endsInS === undefined) await end(owner, credential.id);
  const bot = await createAgent(owner, server.url, `bot of ${credential.service}`);
  await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
  const ask = (client = bot.client) => client.agent.credential.mutate({ service: credential.service });
  return { owner, webhook, credential, bot, ask };
}

/** Asks without following. */
async function askPlainly(url: string, key: string, service: string): Promise<{ status: number; location: string }> {
  const answer = await fetch(`${url}/trpc/agent.credential`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ service }),
    redirect: 'manual',
  });
  await answer.text();
  return { status: answer.status, location: answer.headers.get('location') ?? '' };
}

/** The access token that a ticket gives. */
async function redeemAt(location: string): Promise<string> {
  const answer = await fetch(location, { method: 'POST' });
  const { result } = (await answer.json()) as { result: { data: { values: Record<string, string> } } };
  return result.data.values.accessToken ?? '';
}

/** Says of the token that it has ended. */
async function end(owner: Owner, id: string) {
  const { version, public: readable } = await getCredential(owner, id);
  const accessTokenExpiresAt = new Date(server.app.ctx.nowMs() - 10_000).toISOString();
  await owner.client.credentials.update.mutate({ id, version, public: { ...readable, accessTokenExpiresAt } });
}

async function getCredential(owner: Owner, id: string) {
  const found = (await owner.client.credentials.list.query()).find((credential) => credential.id === id);
  if (found === undefined) throw new Error('no such credential');
  return found;
}

/** What the log says of its refreshing, the oldest first. */
async function readRefreshes(owner: Owner): Promise<AuditEvent[]> {
  const { events } = await owner.client.audit.list.query({ filter: { types: ['token_refresh'] }, limit: 200 });
  return events.toReversed();
}

const countRequests = () => provider.requests.refresh_token ?? 0;

for (const way of ways) {
  describe(way, () => {
    useServer();

    test('an agent that fetches an ended token gets a ticket for the new one; one event says who renewed it', async () => {
      const { owner, webhook, credential, bot } = await furnish(way);
      const before = countRequests();
      const { status, location } = await askPlainly(server.url, bot.key, credential.service);
      expect(status).toBe(307);
      const accessToken = await redeemAt(location);
      expect(accessToken).not.toBe(credential.tokens.accessToken);
      expect(await provider.accepts(accessToken)).toBe(true);
      expect(countRequests() - before).toBe(1);
      const [refresh, ...others] = await readRefreshes(owner);
      expect(others).toEqual([]);
      expect(refresh).toMatchObject({
        action: 'refresh',
        outcome: 'ok',
        source: 'agent',
        agentId: bot.agent.id,
        credentialId: credential.id,
        fields: ['accessToken', 'refreshToken'],
        note: expect.stringContaining(`${way}: renewed by`),
      });
      const { events } = await owner.client.audit.list.query({ filter: { types: ['agent_access'] } });
      expect(events.at(-1)).toMatchObject({ action: 'ticket', correlationId: refresh?.correlationId });
      const { refresh: standing, public: readable } = await getCredential(owner, credential.id);
      expect(standing).toMatchObject({
        heldBy: 'webhook',
        possible: true,
        failing: null,
        waitingSince: null,
        underWayUntil: null,
        refreshedAt: expect.any(String),
      });
      const { accessTokenExpiresAt } = readable as { accessTokenExpiresAt: string };
      const leftS = (Date.parse(accessTokenExpiresAt) - server.app.ctx.nowMs()) / 1000;
      expect(leftS).toBeGreaterThan(3_500);
      expect(leftS).toBeLessThanOrEqual(3_601);
      expect((await readKept(webhook)).get(credential.id)?.accessToken).toBe(accessToken);
    });

    test('3 nodes, 50 requests each: one token request, all 150 get a ticket for the same new token, one event', async () => {
      const nodes = [server.app, await server.startNode(), await server.startNode()];
      const { owner, webhook, credential, bot } = await furnish(way);
      const before = countRequests();
      const asks = nodes.flatMap(({ url }) =>
        Array.from({ length: 50 }, () => askPlainly(url, bot.key, credential.service)),
      );
      const answers = await Promise.all(asks);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 307));
      expect(countRequests() - before).toBe(1);
      // One ticket of each node: what the other 147 are good for is the same.
      for (const { location } of [answers[0], answers[50], answers[100]].flatMap((answer) => answer ?? [])) {
        expect(await redeemAt(location)).toBe((await readKept(webhook)).get(credential.id)?.accessToken);
      }
      expect((await readRefreshes(owner)).map(({ outcome }) => outcome)).toEqual(['ok']);
      const readUses = async () =>
        (await owner.client.audit.since.query({ from: 0 })).events.filter(({ type }) => type === 'agent_access');
      const count = async (action: AuditEvent['action']) =>
        (await readUses()).filter((event) => event.action === action).length;
      await expect.poll(() => count('deliver'), { timeout: 10_000 }).toBe(3);
      expect(await count('ticket')).toBe(150);
      await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
    });

    test('the pair goes on rotating, by the button and by the job ahead of its end', async () => {
      const { owner, credential, ask } = await furnish(way, { endsInS: 3_000 });
      const before = countRequests();
      const { id } = credential;
      expect((await owner.client.credentials.refresh.mutate({ id })).refresh).toMatchObject({ failing: null });
      await end(owner, id);
      const { refreshEndingTokens } = await import('@keytrail/server/vault/refresh-job');
      await refreshEndingTokens(server.app.ctx);
      await end(owner, id);
      await ask();
      expect(countRequests() - before).toBe(3);
      expect((await readRefreshes(owner)).map(({ source, outcome, note }) => [source, outcome, note])).toEqual(
        ['direct', 'system', 'agent'].map((source) => [source, 'ok', expect.stringMatching(new RegExp(`^${way}: `))]),
      );
    });

    test('what a provider says beside a new pair loses none: it is renewed, and goes on rotating', async () => {
      const { owner, webhook, credential } = await furnish(way, { endsInS: 3_000 });
      const { id } = credential;
      const long = 'a'.repeat(300);
      const cases = [
        ['"expires_in":9223372036854775807', null],
        ['"expires_in":315000000000', null],
        ['"expires_in":-1', null],
        [String.raw`"scope":"api a\u0000b \ud800"`, expect.any(String)],
        [`"scope":"api ${long}"`, expect.any(String)],
      ];
      for (const [members, accessTokenExpiresAt] of cases) {
        provider.amendAnswers(members);
        const { refresh, public: readable } = await owner.client.credentials.refresh.mutate({ id });
        expect(refresh, members).toMatchObject({ failing: null, underWayUntil: null, reconnectNeeded: null });
        expect(readable, members).toMatchObject({ accessTokenExpiresAt });
        expect(await provider.accepts((await readKept(webhook)).get(id)?.accessToken ?? ''), members).toBe(true);
      }
      expect((await getCredential(owner, id)).public).toMatchObject({ scopes: ['api'] });
      expect((await readRefreshes(owner)).map(({ outcome }) => outcome)).toEqual(cases.map(() => 'ok'));
    });

    test('what cannot be noted here is said at once, and the webhook tells it once more', async () => {
      const { owner, webhook, credential, ask } = await furnish(way);
      const before = countRequests();
      const refusal = await refuseUpdates(server.databaseUrl, credential, isOfTokens, '22P05');
      expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
      await refusal.end();
      expect((await getCredential(owner, credential.id)).refresh?.underWayUntil).toBeNull();
      server.advance(6_000);
      const { values } = await ask();
      expect(values.accessToken).toBe((await readKept(webhook)).get(credential.id)?.accessToken);
      expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
      expect(countRequests() - before).toBe(1);
      expect(await readRefreshes(owner)).toMatchObject([
        { outcome: 'failed', errorClass: 'not_stored', note: expect.stringContaining('it is asked once more') },
        { outcome: 'ok' },
      ]);
    });

    test('invalid_grant: its owner must put in new tokens, agents are told, and nobody asks any more', async () => {
      const { owner, webhook, credential, ask } = await furnish(way);
      provider.answerWith({ status: 400, body: '{"error":"invalid_grant","error_description":"odd-words-4e1a"}' });
      expect(await getRefusal(ask())).toMatchObject({ status: 409, code: 'reconnect_needed' });
      const before = countRequests();
      provider.answerWith(null);
      expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
      expect(countRequests()).toBe(before);
      expect(await readRefreshes(owner)).toMatchObject([
        { outcome: 'failed', errorClass: 'invalid_grant', note: expect.stringMatching(`^${way}: .*enter new tokens`) },
      ]);
      const { refresh, version } = await getCredential(owner, credential.id);
      expect(refresh?.reconnectNeeded).toContain('no longer accepts');
      // Other tokens mend it, once they are at the webhook.
      const tokens = await provider.issueTokens();
      const edit = await owner.client.credentials.updateHeld.mutate({
        id: credential.id,
        version,
        setFields: Object.keys(tokens),
      });
      expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
      expect((await readRefreshes(owner)).at(-1)).toMatchObject({
        errorClass: 'webhook_refused',
        note: expect.stringContaining('has not reached the webhook'),
      });
      if (edit.redirect === null) throw new Error('no ticket');
      const half = await redeem(edit.redirect, {}, JSON.stringify({ fields: { accessToken: tokens.accessToken } }));
      expect(half.status).toBe(400);
      expect((await redeem(edit.redirect, {}, JSON.stringify({ fields: tokens }))).status).toBe(200);
      server.advance(6_000);
      const { values } = await ask();
      expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
      expect((await readKept(webhook)).get(credential.id)?.accessToken).toBe(values.accessToken);
      expect(server.logged() + webhook.printed()).not.toContain('odd-words-4e1a');
    });

    test('a provider in trouble is waited for: a token that is still good is given out meanwhile', async () => {
      const { owner, credential, ask } = await furnish(way, { endsInS: 40 });
      provider.answerWith({ status: 503, body: '' });
      expect((await ask()).values.accessToken).toBe(credential.tokens.accessToken);
      expect(await readRefreshes(owner)).toMatchObject([{ outcome: 'failed', errorClass: 'provider_error' }]);
      await end(owner, credential.id);
      // What is readable of it is another way to renew it, so the pause is over.
      expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
      provider.answerWith(null);
      server.advance(6_000);
      expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    });

    test('a token address that its owner has not named at the webhook gets nothing', async () => {
      const { owner, credential, ask } = await furnish(way);
      const { version, public: readable } = await getCredential(owner, credential.id);
      const elsewhere = { ...readable, tokenUrl: `${provider.issuer}/another` };
      await owner.client.credentials.update.mutate({ id: credential.id, version, public: elsewhere });
      const before = countRequests();
      expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
      expect(countRequests()).toBe(before);
      expect(await readRefreshes(owner)).toMatchObject([
        { errorClass: 'webhook_refused', note: expect.stringContaining('does not know this token address') },
      ]);
    });

    test('no token and no secret of the client is in the log, the events, or what the webhook prints', async () => {
      const { owner, webhook, credential, ask } = await furnish(way);
      const { values } = await ask();
      const kept = (await readKept(webhook)).get(credential.id) ?? {};
      await expect
        .poll(async () => (await owner.client.audit.since.query({ from: 0 })).events.length)
        .toBeGreaterThan(5);
      const { events } = await owner.client.audit.since.query({ from: 0 });
      const written = server.logged() + webhook.printed() + JSON.stringify(events);
      const secrets = [...Object.values(credential.tokens), ...Object.values(kept), values.accessToken ?? ''];
      expect(secrets.length).toBeGreaterThan(4);
      for (const secret of secrets) expect(written).not.toContain(secret);
    });

    test('a proxied call whose token is refused: renewed once, and made again by the webhook', async () => {
      const { owner, credential } = await furnish(way, { endsInS: 3_000 });
      const upstream = await startHttpUpstream();
      try {
        const seen: string[] = [];
        upstream.answer = (request, response) => {
          const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
          seen.push(token);
          response.writeHead(token === credential.tokens.accessToken ? 401 : 200).end('ok');
        };
        const fields = { kind: 'http' as const, upstreamUrl: upstream.url, credentialId: credential.id };
        const headers = { authorization: `Bearer \${TOKEN}` };
        const { proxy, key } = await owner.client.proxies.create.mutate(toProxyFields({ ...fields, headers }));
        const call = () =>
          callPlainly(`${server.url}/http/p/${proxy.name}/x`, { headers: { authorization: `Bearer ${key}` } });
        const before = countRequests();
        const answers = await Promise.all(Array.from({ length: 10 }, call));
        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
        expect(countRequests() - before).toBe(1);
        expect(await provider.accepts(seen.at(-1) ?? '')).toBe(true);
        expect(await readRefreshes(owner)).toMatchObject([
          { source: 'mcp_proxy', proxyId: proxy.id, outcome: 'ok', note: expect.stringMatching(`^${way}: `) },
        ]);
        if (way === 'webhook-delegated') {
          const told = relay.seen.find(({ endpoint }) => endpoint === 'refresh-notify');
          expect(JSON.parse(told?.body ?? '{}')).toMatchObject({
            type: 'refresh-notify',
            credentialId: credential.id,
            service: credential.service,
            reason: 'upstream_401',
            refreshHint: { tokenUrl: provider.tokenUrl, clientId: provider.client.id },
          });
        }
      } finally {
        await upstream.stop();
      }
    });

    test('broken: three attempts, a clear state, and an event; who needs the token is told to try again', async () => {
      const { owner, credential, ask } = await furnish(way);
      const endpoint = way === 'webhook-delegated' ? 'refresh-notify' : 'refresh';
      relay.handle(endpoint, async () => ({ status: 500 }));
      expect(await getRefusal(ask())).toMatchObject({ status: 503, code: 'refresh_failed' });
      expect(relay.seen.filter((seen) => seen.endpoint === endpoint)).toHaveLength(3);
      expect(await readRefreshes(owner)).toMatchObject([
        { outcome: 'failed', errorClass: 'webhook_down', note: `${way}: The webhook broke (HTTP 500)` },
      ]);
      const { refresh } = await getCredential(owner, credential.id);
      expect(refresh).toMatchObject({
        failing: { because: 'The owner’s webhook did not answer' },
        reconnectNeeded: null,
      });
      const { events } = await owner.client.audit.list.query({ filter: { types: ['agent_access'] } });
      expect(events[0]).toMatchObject({ action: 'fetch', outcome: 'failed' });
      relay.handle(endpoint, null);
      server.advance(6_000);
      expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    });

    test('an answer that was lost on the way back costs no token: asked again, the webhook says what it stored', async () => {
      const { owner, webhook, credential, ask } = await furnish(way);
      const before = countRequests();
      let lost = 0;
      relay.handle(way === 'webhook-delegated' ? 'refresh-notify' : 'refresh', async ({ body }, pass) => {
        const answer = await pass();
        if (JSON.parse(body).action === 'get' || lost++ > 0) return answer;
        return { status: 502 };
      });
      const { values } = await ask();
      expect(lost).toBe(2);
      expect(countRequests() - before).toBe(1);
      expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
      expect((await readKept(webhook)).get(credential.id)?.accessToken).toBe(values.accessToken);
      expect((await readRefreshes(owner)).map(({ outcome }) => outcome)).toEqual(['ok']);
    });

    test('tokens that the owner put in meanwhile are kept, and the event says so', async () => {
      const { owner, webhook, credential, ask } = await furnish(way);
      const hold = provider.holdNext('carried out');
      const asked = ask();
      await hold.held;
      const tokens = await provider.issueTokens();
      const { version, public: readable } = await getCredential(owner, credential.id);
      const accessTokenExpiresAt = new Date(server.app.ctx.nowMs() + 3_000_000).toISOString();
      const edit = await owner.client.credentials.updateHeld.mutate({
        id: credential.id,
        version,
        public: { ...readable, accessTokenExpiresAt },
        setFields: Object.keys(tokens),
      });
      if (edit.redirect === null) throw new Error('no ticket');
      expect((await redeem(edit.redirect, {}, JSON.stringify({ fields: tokens }))).status).toBe(200);
      hold.release();
      expect((await asked).values.accessToken).toBe(tokens.accessToken);
      expect((await readKept(webhook)).get(credential.id)).toMatchObject(tokens);
      expect(await readRefreshes(owner)).toMatchObject([
        { outcome: 'ok', note: `${way}: The owner had changed the tokens meanwhile; theirs were kept` },
      ]);
      expect((await getCredential(owner, credential.id)).refresh).toMatchObject({ underWayUntil: null });
    });

    test('replayed, skewed or forged, a message to renew is refused, and nothing is renewed', async () => {
      const { owner, webhook, ask } = await furnish(way);
      await ask();
      const before = countRequests();
      const sent = relay.seen.find(({ endpoint }) => endpoint.startsWith('refresh'));
      if (sent === undefined) throw new Error('nothing was sent');
      const { accountId } = await owner.client.account.me.query();
      const link = await findWebhookLink(server.app.ctx, accountId);
      if (link === null) throw new Error('no webhook');
      const send = async (key: Uint8Array, atMs: number, requestId: string, change: object = {}) => {
        const body = JSON.stringify({ ...JSON.parse(sent.body), requestId, ...change });
        const { signature, timestamp } = signMessage(key, body, requestId, atMs);
        const headers = {
          'x-keytrail-signature': signature,
          'x-keytrail-timestamp': timestamp,
          'x-keytrail-request-id': requestId,
        };
        const answer = await fetch(`${webhook.url}/${sent.endpoint}`, { method: 'POST', headers, body });
        return `${answer.status} ${/"code":"(\w+)"/.exec(await answer.text())?.[1] ?? 'ok'}`;
      };
      const { message } = link.keys;
      expect(await send(message, Date.now(), String(sent.headers['x-keytrail-request-id']))).toBe('409 replayed');
      expect(await send(message, Date.now() - 301_000, crypto.randomUUID())).toBe('401 skewed');
      expect(await send(message, Date.now() + 302_000, crypto.randomUUID())).toBe('401 skewed');
      expect(await send(link.keys.ticket, Date.now(), crypto.randomUUID())).toBe('401 forged');
      expect(await send(message, Date.now(), crypto.randomUUID(), { type: 'health' })).toBe('400 malformed');
      expect(countRequests()).toBe(before);
      expect(await send(message, Date.now(), crypto.randomUUID())).toBe('200 ok');
      // That one was believed, and was told of the token that there was.
      expect(countRequests()).toBe(before);
    });
  });
}

describe('a webhook that only acknowledges', () => {
  useServer();

  test('a provider that takes its time: the webhook acknowledges, whoever asks is told, and the notice ends it', async () => {
    const { owner, credential, ask } = await furnish('webhook-delegated');
    const before = countRequests();
    const hold = provider.holdNext('asked');
    const refusal = await getRefusal(ask());
    expect(refusal).toMatchObject({ status: 503, code: 'refresh_failed' });
    expect(refusal.sentence).toContain('is renewing it');
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    expect((await getCredential(owner, credential.id)).refresh).toMatchObject({
      waitingSince: expect.any(String),
      failing: null,
      underWayUntil: null,
    });
    hold.release();
    await expect.poll(async () => (await readRefreshes(owner)).length).toBe(2);
    expect(countRequests() - before).toBe(1);
    const [told, done] = await readRefreshes(owner);
    expect(told).toMatchObject({
      action: 'notify',
      outcome: 'ok',
      source: 'agent',
      note: expect.stringMatching(/^webhook-delegated: .*is renewing it/),
    });
    expect(done).toMatchObject({
      action: 'refresh',
      outcome: 'ok',
      source: 'system',
      title: 'Owner’s Webhook',
      credentialId: credential.id,
      fields: ['accessToken', 'refreshToken'],
      correlationId: told?.correlationId,
      note: 'webhook-delegated: renewed by the owner’s webhook',
    });
    expect((await getCredential(owner, credential.id)).refresh).toMatchObject({ waitingSince: null });
    expect(await provider.accepts((await ask()).values.accessToken ?? '')).toBe(true);
    expect((await readRefreshes(owner)).length).toBe(2);
  });

  test('acknowledged and failed: the notice says why, once, however often it is told', async () => {
    const { owner, credential, ask } = await furnish('webhook-delegated');
    const hold = provider.holdNext('asked');
    await getRefusal(ask());
    provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' });
    hold.release();
    await expect.poll(async () => (await readRefreshes(owner)).length).toBe(2);
    expect((await readRefreshes(owner))[1]).toMatchObject({ outcome: 'failed', errorClass: 'invalid_grant' });
    expect((await getCredential(owner, credential.id)).refresh?.reconnectNeeded).toContain('enter new tokens');
    const { accountId } = await owner.client.account.me.query();
    const link = await findWebhookLink(server.app.ctx, accountId);
    const requestId = crypto.randomUUID();
    const notice = { type: 'renewed', requestId, credentialId: credential.id, status: 'refresh_failed' };
    const body = JSON.stringify({ ...notice, errorClass: 'timeout' });
    const tell = async (key: Uint8Array) => {
      const { signature, timestamp } = signMessage(key, body, requestId, server.app.ctx.nowMs());
      return fetch(`${server.url}/webhook/receipts`, {
        method: 'POST',
        headers: {
          'x-keytrail-account': accountId,
          'x-keytrail-signature': signature,
          'x-keytrail-timestamp': timestamp,
          'x-keytrail-request-id': requestId,
        },
        body,
      });
    };
    expect(await (await tell(link?.keys.message ?? new Uint8Array(32))).json()).toEqual({ recorded: false });
    expect((await tell(new Uint8Array(32))).status).toBe(401);
    expect((await readRefreshes(owner)).length).toBe(2);
  });
});

describe('who renews', () => {
  useServer();

  test('webhook-delegated: what the provider refuses is told by the code that it named, and by none where it named none', async () => {
    const { owner, credential } = await furnish('webhook-delegated');
    for (const [status, body] of [
      [400, '{"error":"invalid_client"}'],
      [400, '{}'],
      [400, '{"error":{"message":"no"}}'],
      [200, '{}'],
    ] as const) {
      provider.answerWith({ status, body });
      const refresh = owner.client.credentials.refresh.mutate({ id: credential.id });
      expect(await getRefusal(refresh)).toMatchObject({ code: 'refresh_failed' });
    }
    expect((await readRefreshes(owner)).map(({ errorClass, note }) => [errorClass, note])).toEqual([
      ['provider_refused', 'webhook-delegated: The provider refused the request (invalid_client)'],
      ['provider_refused', 'webhook-delegated: The provider refused the request'],
      ['provider_refused', 'webhook-delegated: The provider refused the request'],
      ['provider_answer', 'webhook-delegated: The provider’s answer is none that OAuth knows'],
    ]);
  });

  test('a move back waits for a token that is being renewed, and takes the new one along', async () => {
    const { owner, credential, ask } = await furnish('webhook-delegated', { settings: { WEBHOOK_RETURN: 'on' } });
    const hold = provider.holdNext('asked');
    const asked = ask();
    await hold.held;
    await owner.client.webhook.switchMode.mutate({ mode: 'platform' });
    const readMove = async () => (await owner.client.webhook.state.query()).move;
    await expect.poll(async () => (await readMove())?.error).toContain('is being refreshed');
    hold.release();
    const { values } = await asked;
    expect(await provider.accepts(values.accessToken ?? '')).toBe(true);
    const carryOn = async () => {
      await carryOnMoves(server.app.ctx);
      return readMove();
    };
    await expect.poll(carryOn, { timeout: 20_000 }).toBeNull();
    const used = await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
    expect(used.values.accessToken).toBe(values.accessToken);
    // From now on Keytrail renews it, with the refresh token that came along.
    await owner.client.credentials.refresh.mutate({ id: credential.id });
    expect((await readRefreshes(owner)).map(({ outcome, note }) => [outcome, note?.split(':')[0]])).toEqual([
      ['ok', 'webhook-delegated'],
      ['ok', undefined],
    ]);
  });

  test('webhook-mediated: a pair that the webhook does not take is lost, and the log says so before the owner is asked', async () => {
    const { owner, ask } = await furnish('webhook-mediated');
    relay.handle('refresh', async ({ body }, pass) =>
      JSON.parse(body).action === 'update' ? { status: 403 } : pass(),
    );
    expect(await getRefusal(ask())).toMatchObject({ code: 'refresh_failed' });
    relay.handle('refresh', null);
    server.advance(6_000);
    expect(await getRefusal(ask())).toMatchObject({ code: 'reconnect_needed' });
    expect(await readRefreshes(owner)).toMatchObject([
      { errorClass: 'webhook_refused', note: expect.stringContaining('did not store them, and they are lost') },
      { errorClass: 'invalid_grant', note: expect.stringContaining('its new refresh token was lost with it') },
    ]);
  });

  test('mediated takes the owner’s word beside the webhook’s offer; taken back, the webhook renews by itself', async () => {
    const { owner, credential } = await furnish('webhook-delegated', {
      endsInS: 3_000,
      settings: { WEBHOOK_MEDIATED: 'on' },
    });
    const { id } = credential;
    const readWay = async () => (await owner.client.webhook.state.query()).bound;
    const refresh = async () => {
      await owner.client.credentials.refresh.mutate({ id });
      return (await readRefreshes(owner)).at(-1)?.note?.split(':')[0];
    };
    expect(await readWay()).toMatchObject({
      capabilities: ['mediated-refresh', 'refresh'],
      mediated: false,
      refresh: 'delegated',
    });
    expect(await refresh()).toBe('webhook-delegated');
    await owner.client.webhook.setMediation.mutate({ mediated: true });
    expect(await readWay()).toMatchObject({ mediated: true, refresh: 'mediated' });
    expect(await refresh()).toBe('webhook-mediated');
    await owner.client.webhook.setMediation.mutate({ mediated: false });
    expect(await refresh()).toBe('webhook-delegated');
    const { events } = await owner.client.audit.list.query({ filter: { types: ['vault_change'] }, limit: 2 });
    expect(events.map(({ title }) => title)).toEqual(['Tokens renewed by the webhook', 'Tokens renewed by Keytrail']);
  });

  test('a webhook that was started anew without providers says so, and with them is believed at once', async () => {
    const { owner, webhook, credential } = await furnish('webhook-delegated', { endsInS: 3_000 });
    const refresh = () => owner.client.credentials.refresh.mutate({ id: credential.id });
    await webhook.restart({ WEBHOOK_PROVIDERS: await writeNone() });
    expect(await getRefusal(refresh())).toMatchObject({ code: 'refresh_failed' });
    expect((await readRefreshes(owner)).at(-1)).toMatchObject({
      errorClass: 'webhook_refused',
      note: expect.stringContaining('WEBHOOK_PROVIDERS'),
    });
    const refusal = await getRefusal(refresh());
    expect(refusal).toMatchObject({ status: 409, code: 'conflict' });
    expect(refusal.sentence).toContain('does not renew any');
    expect(await getRefusal(owner.client.webhook.setMediation.mutate({ mediated: true }))).toMatchObject({
      status: 409,
    });
    await webhook.restart(named);
    expect((await refresh()).refresh?.failing).toBeNull();
  });
});

async function writeNone(): Promise<string> {
  const file = join(dir.path, 'none.json');
  await writeFile(file, '[]');
  return file;
}
