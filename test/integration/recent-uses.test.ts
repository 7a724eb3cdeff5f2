// Accesses that are decided by what was loaded for an earlier one: they cost one round trip, and whatever is changed on
// another node holds from the next of them on, since the database records a use only while nothing has changed.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Client, createClient, getRefusal } from '../kit/client.ts';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { createPolicy } from '../kit/policies.ts';
import { createTokenProxy, toProxyEdit } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const statements: string[] = [];
let server: TestServer;
let upstream: HttpUpstream;
let otherUrl: string;
let owner: Owner;
/** The owner at the other node. */
let elsewhere: Client;
beforeAll(async () => {
  upstream = await startHttpUpstream();
  server = await startTestServer(
    { KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' },
    { distributed: false, onStatement: (statement) => statements.push(statement) },
  );
  otherUrl = (await server.startNode()).url;
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});
beforeEach(async () => {
  owner = await server.createOwner();
  elsewhere = createClient(otherUrl, owner.session);
});

const countLoads = () => statements.filter((statement) => /load_(agent|proxy)_call/.test(statement)).length;

/** Calls until a call needs nothing loaded: when it was last used is noted behind the first. */
async function settle(call: () => Promise<unknown>): Promise<void> {
  for (let calls = 0; calls < 20; calls++) {
    const before = countLoads();
    await call();
    if (countLoads() === before) return;
  }
  throw new Error('every call loads');
}

async function createKnownAgent() {
  const furniture = await createGrantedAgent(owner, server.url);
  const fetchToken = () => furniture.client.agent.credential.mutate({ service: 'github' });
  await settle(fetchToken);
  return { ...furniture, fetchToken };
}

const readTypes = async () => (await owner.client.audit.list.query({ limit: 3 })).events.map(({ type }) => type);

describe('an agent', () => {
  test('gets what it got before without anything being loaded, and each time is an event', async () => {
    const { fetchToken } = await createKnownAgent();
    const [before] = (await owner.client.audit.list.query({ limit: 1 })).events;
    const loads = countLoads();
    for (let calls = 0; calls < 5; calls++) expect((await fetchToken()).values).toEqual({ value: tokenValue });
    expect(countLoads()).toBe(loads);
    const [after] = (await owner.client.audit.list.query({ limit: 1 })).events;
    expect(after?.seq).toBe((before?.seq ?? 0) + 5);
  });

  test('is refused after a change on another node, by the rule that it is, and not for what was known', async () => {
    const { agent, credential, grant, fetchToken } = await createKnownAgent();
    const expectRefused = async (rule: string) => {
      expect((await getRefusal(fetchToken())).rule).toBe(rule);
      expect((await readTypes())[0]).toBe('policy_denied');
    };
    await elsewhere.agents.suspend.mutate({ id: agent.id });
    await expectRefused('agent_suspended');
    await elsewhere.agents.resume.mutate({ id: agent.id });
    await settle(fetchToken);

    await elsewhere.vault.lock.mutate();
    await expectRefused('vault_locked');
    await elsewhere.vault.unlock.mutate({ password: 'correct horse battery' });
    await settle(fetchToken);

    const once = { type: 'max_uses', uses: 1 } as const;
    const policy = await createPolicy({ client: elsewhere }, [once], [{ kind: 'credential', id: credential.id }]);
    await expectRefused('max_uses');
    await elsewhere.policies.remove.mutate({ id: policy.id });
    await settle(fetchToken);

    await elsewhere.grants.revoke.mutate({ id: grant.id });
    expect((await getRefusal(fetchToken())).rule).toBe('grant_revoked');
  });

  test('gets what was stored on another node a moment ago', async () => {
    const { credential, fetchToken } = await createKnownAgent();
    let { version } = credential;
    for (const value of ['second', 'third']) {
      ({ version } = await elsewhere.credentials.update.mutate({ id: credential.id, version, secret: { value } }));
      expect((await fetchToken()).values).toEqual({ value });
    }
  });

  test('is limited exactly, whatever was loaded', async () => {
    const { agent, fetchToken } = await createKnownAgent();
    const limit = { type: 'rate_limit', uses: 25, per: 'day', counts: 'agent' } as const;
    await createPolicy(owner, [limit], [{ kind: 'agent', id: agent.id }]);
    const answers = await Promise.allSettled(Array.from({ length: 60 }, fetchToken));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(25);
  });

  test('is not looked at anew because something was used', async () => {
    const one = await createKnownAgent();
    const two = await owner.client.agents.create.mutate({ name: 'second' });
    await owner.client.grants.create.mutate({ agentId: two.agent.id, credentialId: one.credential.id });
    await settle(one.fetchToken);
    const client = createClient(server.url, two.key);
    await settle(() => client.agent.credential.mutate({ service: 'github' }));
    const loads = countLoads();
    await one.fetchToken();
    expect(countLoads()).toBe(loads);
  });
});

describe('a proxy', () => {
  async function createKnownProxy() {
    const made = await createTokenProxy(owner, { kind: 'http', upstreamUrl: upstream.url });
    const headers = { authorization: `Bearer ${made.key}` };
    const call = async () => {
      const answer = await callPlainly(`${server.url}/http/p/${made.proxy.name}/`, { headers });
      await answer.readText();
      return answer.status;
    };
    await settle(() => call());
    const { name } = made.proxy;
    const edit = toProxyEdit({ name, kind: 'http', upstreamUrl: upstream.url, credentialId: made.credential.id });
    return { ...made, edit, call };
  }

  test('injects without anything being loaded', async () => {
    const { call } = await createKnownProxy();
    const loads = countLoads();
    expect(await call()).toBe(200);
    expect(countLoads()).toBe(loads);
    expect(upstream.received.at(-1)?.headers.authorization).toBe(`Bearer ${tokenValue}`);
  });

  test('sends nothing to where its owner has turned it away from on another node', async () => {
    const { proxy, edit, call } = await createKnownProxy();
    const next = await startHttpUpstream();
    try {
      const received = upstream.received.length;
      const turned = { ...edit, upstreamUrl: next.url, headers: { 'x-next': `\${TOKEN}` } };
      await elsewhere.proxies.update.mutate({ id: proxy.id, version: proxy.version, proxy: turned });
      expect(await call()).toBe(200);
      expect(upstream.received.length).toBe(received);
      expect(next.received[0]?.headers).toMatchObject({ 'x-next': tokenValue });
    } finally {
      await next.stop();
    }
  });

  test('is closed by its lists and its switch on another node', async () => {
    const { proxy, edit, call } = await createKnownProxy();
    const received = upstream.received.length;
    const listed = { ...edit, routes: [{ method: 'POST' as const, path: '/*' }] };
    const { version } = await elsewhere.proxies.update.mutate({ id: proxy.id, version: proxy.version, proxy: listed });
    expect(await call()).toBe(403);
    await elsewhere.proxies.update.mutate({ id: proxy.id, version, proxy: { ...edit, enabled: false } });
    expect(await call()).toBe(403);
    expect(upstream.received.length).toBe(received);
  });
});
