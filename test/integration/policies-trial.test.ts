// Policies tried before they are in force: what explain says of a request is what becomes of it, and what a replay says
// of the log is what a policy in force does with the same requests.

import type { PolicyTarget, Rule } from '@keytrail/shared/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { callThrough, createTokenProxy } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type ExplainInput = Parameters<Client['policies']['explain']['query']>[0];

const asked = {
  at: null,
  clientIp: '127.0.0.1',
  client: 'nodejs',
  reason: null,
  fields: null,
  siteOrigin: null,
} as const;

async function readHead(owner: Owner): Promise<number> {
  return (await owner.client.audit.since.query({ from: 0, limit: 1 })).head;
}

test('explain says what becomes of a request, whatever decides it, and records nothing', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const targets: PolicyTarget[] = [{ kind: 'agent', id: agent.id }];
  const input: ExplainInput = { ...asked, agentId: agent.id, credentialId: credential.id };
  const fetchOnce = () => client.agent.credential.mutate({ service: 'github' });
  const agree = async (rule: string | null) => {
    const before = await readHead(owner);
    const { decision } = await owner.client.policies.explain.query(input);
    expect(await readHead(owner)).toBe(before);
    expect(decision).toMatchObject({ outcome: rule === null ? 'allowed' : 'denied', rule });
    if (rule === null) return fetchOnce();
    const refusal = await getRefusal(fetchOnce());
    expect(refusal).toMatchObject({ rule });
    return expect(decision.retryAt ?? undefined).toBe(refusal.retryAt);
  };
  await agree(null);
  const clients = await createPolicy(owner, [{ type: 'client', kinds: ['cli'] }], targets);
  await agree('client');
  await owner.client.policies.setMode.mutate({ id: clients.id, mode: 'observe' });
  await agree(null);
  await createPolicy(owner, [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'both' }], targets);
  await agree(null);
  await agree('rate_limit');
  server.advance(3_600_001);
  await agree(null);
  await createPolicy(owner, [{ type: 'max_uses', uses: 4 }], [{ kind: 'credential', id: credential.id }]);
  server.advance(3_600_001);
  await agree('max_uses');
  await owner.client.agents.suspend.mutate({ id: agent.id });
  await agree('agent_suspended');
});

test('explain says what becomes of a call through a proxy, by its policies and those of its credential', async () => {
  const owner = await server.createOwner();
  const { proxy, key, credential } = await createTokenProxy(owner);
  const { reason: _reason, fields: _fields, siteOrigin: _origin, ...circumstances } = asked;
  const requester = { client: 'nodejs', clientIp: '127.0.0.1' } as const;
  const agree = async (rule: string | null) => {
    const before = await readHead(owner);
    const { decision } = await owner.client.policies.explainCall.query({ ...circumstances, proxyId: proxy.id });
    expect(await readHead(owner)).toBe(before);
    expect(decision).toMatchObject({ outcome: rule === null ? 'allowed' : 'denied', rule });
    const became = await callThrough(server.app.ctx, key, {}, requester);
    expect(became).toMatchObject(rule === null ? { outcome: 'ok' } : { outcome: 'denied', rule });
  };
  await agree(null);
  const clients = await createPolicy(owner, [{ type: 'client', kinds: ['cli'] }], [{ kind: 'proxy', id: proxy.id }]);
  await agree('client');
  await owner.client.policies.setMode.mutate({ id: clients.id, mode: 'observe' });
  const rate = { type: 'rate_limit', uses: 2, per: 'hour', counts: 'credential' } as const;
  await createPolicy(owner, [rate], [{ kind: 'credential', id: credential.id }]);
  await agree(null);
  await agree(null);
  await agree('rate_limit');
  await owner.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  await agree('proxy_disabled');
  const other = await server.createOwner();
  const theirs = other.client.policies.explainCall.query({ ...circumstances, proxyId: proxy.id });
  expect(await getRefusal(theirs)).toMatchObject({ code: 'not_found' });
});

test('explain: at a time, from an address, for the owner, and by a policy as it stands in the editor', async () => {
  const owner = await server.createOwner();
  const { agent, credential } = await createGrantedAgent(owner, server.url);
  const input: ExplainInput = { ...asked, agentId: agent.id, credentialId: credential.id };
  const rules: Rule[] = [
    { type: 'time_window', days: ['mon'], start: '09:00', end: '17:00', timeZone: 'Europe/London' },
    { type: 'ip_allowlist', ranges: ['203.0.113.0/24'] },
  ];
  const policy = await createPolicy(owner, rules, [{ kind: 'credential', id: credential.id }]);
  const explain = async (more: Partial<ExplainInput>) =>
    (await owner.client.policies.explain.query({ ...input, ...more })).decision;
  const inside = { at: '2027-07-05T08:30:00Z', clientIp: '::ffff:203.0.113.9' };
  expect(await explain(inside)).toMatchObject({ outcome: 'allowed' });
  expect(await explain({ ...inside, at: '2027-07-05T07:30:00Z' })).toMatchObject({
    rule: 'time_window',
    policyId: policy.id,
    policyName: policy.name,
    retryAt: '2027-07-05T08:00:00.000Z',
  });
  expect(await explain({ ...inside, clientIp: '198.51.100.1' })).toMatchObject({ rule: 'ip_allowlist' });
  expect(await explain({ ...inside, agentId: null })).toMatchObject({ outcome: 'allowed' });
  const edited = {
    name: 'as edited',
    description: '',
    mode: 'enabled' as const,
    rules: [{ type: 'approval' as const, withinSeconds: 60, rememberMinutes: 0 }],
  };
  expect(await explain({ policy: { ...edited, id: policy.id } })).toMatchObject({
    outcome: 'asks',
    policyName: 'as edited',
  });
  expect(await explain({ ...inside, policy: { ...edited, id: null } })).toMatchObject({
    outcome: 'asks',
    policyId: 'edited',
  });
  expect(await explain({ policy: { ...edited, id: policy.id, mode: 'disabled' } })).toMatchObject({
    outcome: 'allowed',
  });
});

test('not found and forbidden: nobody explains or replays what another account has', async () => {
  const owner = await server.createOwner();
  const other = await server.createOwner();
  const mine = await createGrantedAgent(owner, server.url);
  const theirs = await createAgent(other, server.url);
  const theirToken = await createToken(other);
  for (const ids of [
    { agentId: theirs.agent.id, credentialId: mine.credential.id },
    { agentId: mine.agent.id, credentialId: theirToken.id },
  ]) {
    expect(await getRefusal(owner.client.policies.explain.query({ ...asked, ...ids }))).toMatchObject({
      code: 'not_found',
    });
  }
  await mine.client.agent.credential.mutate({ service: 'github' });
  const targets: PolicyTarget[] = [{ kind: 'agent', id: mine.agent.id }];
  const over = { policy: { rules: [{ type: 'client' as const, kinds: ['cli' as const] }] }, targets, days: 90 };
  expect(await other.client.policies.replay.query(over)).toMatchObject({ judged: 0, blocked: 0, events: [] });
  expect(await owner.client.policies.replay.query(over)).toMatchObject({ judged: 1, blocked: 1 });
  expect(await getRefusal(mine.client.policies.replay.query(over))).toMatchObject({ code: 'owner_only' });
  expect(await getRefusal(owner.client.policies.replay.query({ ...over, days: 91 }))).toMatchObject({
    code: 'invalid_input',
  });
});

test('a replay and the policy in force say the same of the same requests', async () => {
  const owner = await server.createOwner();
  const free = await createGrantedAgent(owner, server.url);
  const bound = await createAgent(owner, server.url, 'bound-bot');
  await owner.client.grants.create.mutate({ agentId: bound.agent.id, credentialId: free.credential.id });
  const rules: Rule[] = [
    { type: 'rate_limit', uses: 2, per: 'minute', counts: 'agent' },
    { type: 'rate_limit', uses: 9, per: 'hour', counts: 'agent' },
    { type: 'reason', lengthMin: 6 },
    { type: 'client', kinds: ['nodejs', 'browser'] },
    { type: 'max_uses', uses: 10 },
  ];
  await createPolicy(owner, rules, [{ kind: 'agent', id: bound.agent.id }]);
  const sequence = Array.from({ length: 30 }, (_, n) => ({
    // Far from the ends of windows, so that a slow machine changes nothing.
    advanceMs: n === 24 ? 3_000_000 : 25_000,
    headers: n % 7 === 3 ? { 'user-agent': 'curl/8.9.0' } : undefined,
    reason: n % 5 === 2 ? undefined : 'deploy',
  }));
  const run = async (key: string) => {
    const rulesOf: (string | null)[] = [];
    for (const { advanceMs, headers, reason } of sequence) {
      server.advance(advanceMs);
      const call = createClient(server.url, key, headers).agent.credential.mutate({ service: 'github', reason });
      rulesOf.push(
        await call.then(
          () => null,
          async (error) => (await getRefusal(Promise.reject(error))).rule ?? 'none',
        ),
      );
    }
    return rulesOf;
  };
  expect(await run(free.key)).toEqual(sequence.map(() => null));
  const inForce = await run(bound.key);
  expect(new Set(inForce)).toEqual(new Set([null, 'rate_limit', 'reason', 'client', 'max_uses']));

  const policy = { rules: JSON.parse(JSON.stringify(rules)) };
  const replayed = await owner.client.policies.replay.query({
    policy,
    targets: [{ kind: 'agent', id: free.agent.id }],
    days: 90,
  });
  const { events } = await owner.client.audit.list.query({
    filter: { agentIds: [free.agent.id], types: ['agent_access'] },
    limit: 200,
  });
  const ruleOf = new Map(replayed.events.map(({ id, rule }) => [id, rule]));
  expect(events.toReversed().map(({ id }) => ruleOf.get(id) ?? null)).toEqual(inForce);
  expect(replayed).toMatchObject({
    judged: sequence.length,
    blocked: inForce.filter((rule) => rule !== null).length,
    asked: 0,
    truncated: false,
  });
  expect(replayed.byRule.reduce((sum, { count }) => sum + count, 0)).toBe(replayed.blocked);
  expect(replayed.byDay.reduce((sum, { judged }) => sum + judged, 0)).toBe(replayed.judged);
  expect(replayed.byDay.length).toBeGreaterThanOrEqual(90);

  const again = await owner.client.policies.replay.query({
    policy,
    targets: [{ kind: 'agent', id: bound.agent.id }],
    days: 90,
  });
  expect(again).toMatchObject({ judged: inForce.filter((rule) => rule === null).length, blocked: 0 });
});

test('a replay over a credential takes in the owner’s own uses, each once, and asks where the policy asks', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  await client.agent.credential.mutate({ service: 'github' });
  await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  await owner.client.credentials.use.mutate({ id: credential.id, action: 'copy' });
  const replay = (rules: Rule[]) =>
    owner.client.policies.replay.query({
      policy: { rules: JSON.parse(JSON.stringify(rules)) },
      targets: [
        { kind: 'credential', id: credential.id },
        { kind: 'agent', id: agent.id },
      ],
      days: 7,
    });
  expect(await replay([{ type: 'approval', withinSeconds: 60, rememberMinutes: 0 }])).toMatchObject({
    judged: 3,
    blocked: 0,
    asked: 1,
  });
  const limited = await replay([{ type: 'rate_limit', uses: 2, per: 'hour', counts: 'credential' }]);
  expect(limited).toMatchObject({
    judged: 3,
    blocked: 1,
    byRule: [{ rule: 'rate_limit', count: 1 }],
    events: [{ title: 'Direct Access', service: 'github', credentialLabel: 'main', rule: 'rate_limit' }],
  });
});
