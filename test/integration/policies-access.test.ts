// What policies do to a request, each rule through HTTP: the refusal, its event, and that nothing else is refused.

import { connect } from '@keytrail/server/base/db';
import type { DenialRule } from '@keytrail/shared/event';
import type { PolicyTarget, Rule } from '@keytrail/shared/policy';
import { weekdays } from '@keytrail/shared/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1/32' });
});
afterAll(() => server.stop());

const hourMs = 3_600_000;

async function newest(owner: Owner) {
  return (await owner.client.audit.list.query({ limit: 1 })).events[0];
}

function from(key: string, headers: Record<string, string>, url = server.url) {
  return createClient(url, key, headers);
}

/** Open for an hour, which begins in so many hours, by the server's clock. */
function hoursIn(hours: number): Rule {
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const startMs = Math.floor(server.app.ctx.nowMs() / 60_000) * 60_000 + hours * hourMs;
  return {
    type: 'time_window',
    days: [...weekdays],
    start: clock(startMs),
    end: clock(startMs + hourMs),
    timeZone: 'UTC',
  };
}

/** Each stateless rule: what it refuses, beside what it lets through. */
const statelessRules: Record<
  string,
  { rule: () => Rule; refused: Record<string, string>; passes: Record<string, string> }
> = {
  ip_allowlist: {
    rule: () => ({ type: 'ip_allowlist', ranges: ['203.0.113.0/24', '2001:db8::/32'] }),
    refused: { 'x-forwarded-for': '198.51.100.1' },
    passes: { 'x-forwarded-for': '::ffff:203.0.113.9' },
  },
  client: {
    rule: () => ({ type: 'client', kinds: ['cli'] }),
    refused: { 'user-agent': 'node' },
    passes: { 'user-agent': 'curl/8.9.0' },
  },
};

test.each(Object.entries(statelessRules))(
  '%s: refuses what it does not allow, and nothing else',
  async (rule, each) => {
    const owner = await server.createOwner();
    const { key, credential, agent } = await createGrantedAgent(owner, server.url);
    const policy = await createPolicy(owner, [each.rule()], [{ kind: 'credential', id: credential.id }]);
    const fetchFrom = (headers: Record<string, string>) =>
      from(key, headers).agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
    const refusal = await getRefusal(fetchFrom(each.refused));
    expect(refusal).toMatchObject({ status: 403, code: 'access_denied', rule });
    expect(refusal).not.toHaveProperty('retryAt');
    expect(refusal.sentence).not.toContain(policy.name);
    expect(await newest(owner)).toMatchObject({
      type: 'policy_denied',
      outcome: 'denied',
      source: 'agent',
      rule,
      policyIds: [policy.id],
      decidingPolicyId: policy.id,
      policyName: policy.name,
      agentId: agent.id,
      credentialId: credential.id,
      reason: 'nightly deploy',
    });
    expect((await fetchFrom(each.passes)).values).toEqual({ value: tokenValue });
    const used = await newest(owner);
    expect(used).toMatchObject({ type: 'agent_access', outcome: 'ok', policyIds: [policy.id] });
    expect(used).not.toHaveProperty('decidingPolicyId');
    expect(used).not.toHaveProperty('observedPolicyIds');
  },
);

test('reason: one that is too short is refused, and so is none', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  await createPolicy(owner, [{ type: 'reason', lengthMin: 8 }], [{ kind: 'agent', id: agent.id }]);
  for (const reason of [undefined, 'short']) {
    const refusal = await getRefusal(client.agent.credential.mutate({ service: 'github', reason }));
    expect(refusal).toMatchObject({ status: 403, rule: 'reason', sentence: expect.stringContaining('`reason`') });
  }
  expect(await newest(owner)).toMatchObject({ rule: 'reason', reason: 'short' });
  await client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
});

test('fields: only what is listed; everything at once is more than that', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const aws = await owner.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'prod',
    secret: { ACCESS_KEY: 'id-1', SECRET_KEY: 'very-secret-2' },
  });
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: aws.id });
  await createPolicy(owner, [{ type: 'fields', fields: ['ACCESS_KEY'] }], [{ kind: 'credential', id: aws.id }]);
  expect((await client.agent.credential.mutate({ service: 'aws', field: 'ACCESS_KEY' })).values).toEqual({
    ACCESS_KEY: 'id-1',
  });
  for (const field of ['SECRET_KEY', undefined]) {
    const refusal = await getRefusal(client.agent.credential.mutate({ service: 'aws', field }));
    expect(refusal).toMatchObject({ status: 403, rule: 'fields' });
    expect(refusal.sentence).not.toContain('ACCESS_KEY');
  }
});

test('time_window: refused until it opens, which the answer names and its Retry-After header, too', async () => {
  const owner = await server.createOwner();
  const { client, key, agent } = await createGrantedAgent(owner, server.url);
  await createPolicy(owner, [hoursIn(2)], [{ kind: 'agent', id: agent.id }]);
  const opensAtMs = Math.floor(server.app.ctx.nowMs() / 60_000) * 60_000 + 2 * hourMs;
  const answer = await fetch(`${server.url}/trpc/agent.credential`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'github' }),
  });
  expect(answer.status).toBe(403);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(7000);
  const { data } = (await answer.json()).error;
  expect(data.keytrail).toMatchObject({ rule: 'time_window', retryAt: new Date(opensAtMs).toISOString() });
  expect(await newest(owner)).toMatchObject({ rule: 'time_window', retryAt: new Date(opensAtMs).toISOString() });
  server.advance(opensAtMs - server.app.ctx.nowMs() + 1);
  await client.agent.credential.mutate({ service: 'github' });
});

test('rate_limit: 429 with the moment at which there is room again; a refused call burns no quota', async () => {
  const owner = await server.createOwner();
  const { client, key, agent } = await createGrantedAgent(owner, server.url);
  const limit: Rule = { type: 'rate_limit', uses: 2, per: 'minute', counts: 'agent' };
  await createPolicy(owner, [limit, { type: 'reason', lengthMin: 3 }], [{ kind: 'agent', id: agent.id }]);
  const use = () => client.agent.credential.mutate({ service: 'github', reason: 'deploy' });
  // Refused by a rule without memory: not counted.
  for (let tries = 0; tries < 3; tries++) await getRefusal(client.agent.credential.mutate({ service: 'github' }));
  const before = server.app.ctx.nowMs();
  await use();
  server.advance(20_000);
  await use();
  const refusal = await getRefusal(use());
  expect(refusal).toMatchObject({ status: 429, code: 'access_denied', rule: 'rate_limit' });
  const retryAtMs = Date.parse(refusal.retryAt ?? '');
  expect(retryAtMs).toBeGreaterThanOrEqual(before + 59_000);
  expect(retryAtMs).toBeLessThan(server.app.ctx.nowMs() + 40_001);
  expect(await newest(owner)).toMatchObject({ type: 'policy_denied', rule: 'rate_limit', retryAt: refusal.retryAt });
  const answer = await fetch(`${server.url}/trpc/agent.credential`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'github', reason: 'deploy' }),
  });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  server.advance(retryAtMs - server.app.ctx.nowMs() + 5);
  await use();
  expect(await getRefusal(use())).toMatchObject({ status: 429 });
});

test('max_uses: the uses of the grant, those before the policy too; a new grant begins anew', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const use = () => client.agent.credential.mutate({ service: 'github' });
  await use();
  await use();
  await createPolicy(owner, [{ type: 'max_uses', uses: 3 }], [{ kind: 'credential', id: credential.id }]);
  await use();
  const refusal = await getRefusal(use());
  expect(refusal).toMatchObject({ status: 403, rule: 'max_uses' });
  expect(refusal).not.toHaveProperty('retryAt');
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  await use();
});

test('both bind: the policies of the agent and of the credential, each named in the event, whichever refuses', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const targets: PolicyTarget[] = [
    { kind: 'agent', id: agent.id },
    { kind: 'credential', id: credential.id },
  ];
  const ofAgent = await createPolicy(owner, [{ type: 'reason', lengthMin: 3 }], targets.slice(0, 1));
  const ofCredential = await createPolicy(owner, [{ type: 'client', kinds: ['nodejs'] }], targets.slice(1));
  const ofBoth = await createPolicy(owner, [{ type: 'reason', lengthMin: 1 }], targets);
  const policyIds = [ofAgent.id, ofCredential.id, ofBoth.id].toSorted();
  await client.agent.credential.mutate({ service: 'github', reason: 'deploy' });
  expect(await newest(owner)).toMatchObject({ outcome: 'ok', policyIds });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github', reason: 'no' }))).toMatchObject({
    rule: 'reason',
  });
  expect(await newest(owner)).toMatchObject({ outcome: 'denied', policyIds, decidingPolicyId: ofAgent.id });
  await owner.client.policies.setMode.mutate({ id: ofAgent.id, mode: 'disabled' });
  await client.agent.credential.mutate({ service: 'github', reason: 'no' });
  expect(await newest(owner)).toMatchObject({ policyIds: [ofCredential.id, ofBoth.id].toSorted() });
  const elsewhere = { id: ofCredential.id, version: 1, name: 'changed', description: '', mode: 'enabled' as const };
  await owner.client.policies.update.mutate({ ...elsewhere, rules: [{ type: 'client', kinds: ['cli'] }] });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github', reason: 'no' }))).toMatchObject({
    rule: 'client',
  });
  await owner.client.policies.detach.mutate({ id: ofCredential.id, targets: targets.slice(1) });
  await client.agent.credential.mutate({ service: 'github', reason: 'no' });
});

test('observe: changes no outcome, whatever the rule, and says what it would have refused', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const rules: Rule[] = [
    hoursIn(3),
    { type: 'ip_allowlist', ranges: ['192.0.2.1'] },
    { type: 'client', kinds: ['browser'] },
    { type: 'reason', lengthMin: 100 },
    { type: 'fields', fields: ['other'] },
    { type: 'approval', withinSeconds: 5, rememberMinutes: 0 },
    { type: 'rate_limit', uses: 1, per: 'day', counts: 'both' },
    { type: 'max_uses', uses: 1 },
  ];
  const expected = new Map<string, DenialRule>();
  for (const rule of rules) {
    const policy = await createPolicy(owner, [rule], [{ kind: 'agent', id: agent.id }], 'observe');
    expected.set(policy.id, rule.type);
  }
  for (let uses = 0; uses < 3; uses++) {
    expect((await client.agent.credential.mutate({ service: 'github' })).values).toEqual({ value: tokenValue });
  }
  const event = await newest(owner);
  expect(event).toMatchObject({ type: 'agent_access', outcome: 'ok', policyIds: [...expected.keys()].toSorted() });
  expect(event).not.toHaveProperty('decidingPolicyId');
  const found = new Map(event?.observedPolicyIds?.map((id, n) => [id, event.observedRules?.[n]]));
  expect(found).toEqual(expected);
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
});

test('an observing limit neither refuses nor burns the quota of one that is enforced', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const target: PolicyTarget[] = [{ kind: 'agent', id: agent.id }];
  const limit = (uses: number): Rule => ({ type: 'rate_limit', uses, per: 'hour', counts: 'agent' });
  const enforced = await createPolicy(owner, [limit(3)], target);
  const observing = await createPolicy(owner, [limit(2)], target, 'observe');
  const use = () => client.agent.credential.mutate({ service: 'github' });
  await use();
  await use();
  expect(await newest(owner)).not.toHaveProperty('observedPolicyIds');
  await use();
  expect(await newest(owner)).toMatchObject({
    outcome: 'ok',
    observedPolicyIds: [observing.id],
    observedRules: ['rate_limit'],
  });
  expect(await getRefusal(use())).toMatchObject({ status: 429 });
  expect(await newest(owner)).toMatchObject({
    outcome: 'denied',
    decidingPolicyId: enforced.id,
    observedPolicyIds: [observing.id],
    observedRules: ['rate_limit'],
  });
});

test('the next request on any node: attached, switched and taken off on one, obeyed on the other', async () => {
  const owner = await server.createOwner();
  const { key, agent } = await createGrantedAgent(owner, server.url);
  const node = await server.startNode();
  const there = from(key, {}, node.url);
  const use = () => there.agent.credential.mutate({ service: 'github' });
  const targets: PolicyTarget[] = [{ kind: 'agent', id: agent.id }];
  const policy = await createPolicy(owner, [{ type: 'client', kinds: ['browser'] }]);
  for (let round = 0; round < 3; round++) {
    await use();
    await owner.client.policies.attach.mutate({ id: policy.id, targets });
    expect(await getRefusal(use())).toMatchObject({ rule: 'client' });
    await owner.client.policies.setMode.mutate({ id: policy.id, mode: 'observe' });
    await use();
    await owner.client.policies.setMode.mutate({ id: policy.id, mode: 'enabled' });
    expect(await getRefusal(use())).toMatchObject({ rule: 'client' });
    await owner.client.policies.detach.mutate({ id: policy.id, targets });
  }
  await owner.client.policies.attach.mutate({ id: policy.id, targets });
  expect(await getRefusal(use())).toMatchObject({ rule: 'client' });
  await owner.client.policies.remove.mutate({ id: policy.id });
  await use();
});

test.each([
  ['a rule that nobody knows', '[{"type":"moon_phase"}]'],
  ['a rule of the wrong shape', '[{"type":"rate_limit","uses":-1}]'],
  ['no list', '{"type":"client"}'],
  ['no rules', '[]'],
])('a stored policy of %s refuses everything; one that observes says so and refuses nothing', async (_name, rules) => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const policy = await createPolicy(
    owner,
    [{ type: 'client', kinds: ['nodejs'] }],
    [
      { kind: 'agent', id: agent.id },
      { kind: 'credential', id: credential.id },
    ],
  );
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update policies set rules = ${rules}::text::jsonb where id = ${policy.id}`;
  await sql.end();
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({
    status: 403,
    rule: 'policy_error',
  });
  expect(await newest(owner)).toMatchObject({
    rule: 'policy_error',
    decidingPolicyId: policy.id,
    policyName: policy.name,
  });
  const direct = owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  expect(await getRefusal(direct)).toMatchObject({ rule: 'policy_error' });
  await owner.client.policies.setMode.mutate({ id: policy.id, mode: 'observe' });
  await client.agent.credential.mutate({ service: 'github' });
  expect(await newest(owner)).toMatchObject({ outcome: 'ok', observedRules: ['policy_error'] });
});

test('a locked vault: 423 for agent and owner, recorded for both; what the agent lacks besides is not told', async () => {
  const owner = await server.createOwner();
  const { client, credential, agent } = await createGrantedAgent(owner, server.url);
  const { accountId } = await owner.client.account.me.query();
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`insert into vault_locks (account_id, locked_at) values (${accountId}, now())`;
  const locked = { status: 423, code: 'access_denied', rule: 'vault_locked' };
  for (const service of ['github', 'nothing-of-this-name']) {
    expect(await getRefusal(client.agent.credential.mutate({ service, reason: 'deploy' }))).toMatchObject(locked);
    expect(await newest(owner)).toMatchObject({ rule: 'vault_locked', agentId: agent.id, reason: 'deploy', service });
  }
  expect(await getRefusal(owner.client.credentials.use.mutate({ id: credential.id, action: 'copy' }))).toMatchObject(
    locked,
  );
  expect(await newest(owner)).toMatchObject({
    type: 'policy_denied',
    source: 'direct',
    rule: 'vault_locked',
    action: 'copy',
  });
  await sql`delete from vault_locks where account_id = ${accountId}`;
  await sql.end();
  await client.agent.credential.mutate({ service: 'github' });
});

test('a grant that requires a reason: none, or blanks only, is refused', async () => {
  const owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id, reasonRequired: true });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({
    status: 403,
    rule: 'reason',
  });
  const event = await newest(owner);
  expect(event).toMatchObject({ type: 'policy_denied', rule: 'reason', credentialId: credential.id });
  expect(event).not.toHaveProperty('decidingPolicyId');
  await client.agent.credential.mutate({ service: 'github', reason: 'deploy' });
});

test('direct: the credential’s policies bind the owner, but for those that only make sense for an agent', async () => {
  const owner = await server.createOwner();
  const login = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'me',
    public: { username: 'me@example.com', sites: ['shop.example.com', 'pay.example.com'] },
    secret: { password: 'hunter2-but-longer' },
  });
  const targets: PolicyTarget[] = [{ kind: 'credential', id: login.id }];
  const reveal = () => owner.client.credentials.use.mutate({ id: login.id, action: 'reveal' });
  const fill = (siteOrigin: string) =>
    owner.client.credentials.use.mutate({ id: login.id, action: 'autofill', siteOrigin });
  for (const rule of [
    { type: 'approval', withinSeconds: 5, rememberMinutes: 0 },
    { type: 'reason', lengthMin: 20 },
    { type: 'max_uses', uses: 1 },
  ] satisfies Rule[]) {
    await createPolicy(owner, [rule], targets);
    await reveal();
    await reveal();
  }
  const site = await createPolicy(owner, [{ type: 'site', origins: ['https://shop.example.com'] }], targets);
  await reveal();
  await fill('https://shop.example.com');
  expect(await getRefusal(fill('https://pay.example.com'))).toMatchObject({ status: 403, rule: 'site' });
  expect(await newest(owner)).toMatchObject({
    type: 'policy_denied',
    source: 'direct',
    action: 'autofill',
    rule: 'site',
    decidingPolicyId: site.id,
    siteOrigin: 'https://pay.example.com',
    credentialId: login.id,
  });
  const hours = await createPolicy(owner, [hoursIn(5)], targets);
  expect(await getRefusal(reveal())).toMatchObject({ status: 403, rule: 'time_window', retryAt: expect.any(String) });
  await owner.client.policies.remove.mutate({ id: hours.id });
  await createPolicy(owner, [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'credential' }], targets);
  await reveal();
  expect(await getRefusal(reveal())).toMatchObject({ status: 429, rule: 'rate_limit' });
});

test('a limit per credential counts owner and agents together, a limit per agent each apart', async () => {
  const owner = await server.createOwner();
  const { client, credential } = await createGrantedAgent(owner, server.url);
  const targets: PolicyTarget[] = [{ kind: 'credential', id: credential.id }];
  const perAgent = await createPolicy(owner, [{ type: 'rate_limit', uses: 1, per: 'hour', counts: 'agent' }], targets);
  const use = () => client.agent.credential.mutate({ service: 'github' });
  const reveal = () => owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  await use();
  await reveal();
  expect(await getRefusal(use())).toMatchObject({ status: 429 });
  await owner.client.policies.remove.mutate({ id: perAgent.id });
  await createPolicy(owner, [{ type: 'rate_limit', uses: 2, per: 'hour', counts: 'credential' }], targets);
  await use();
  await reveal();
  expect(await getRefusal(use())).toMatchObject({ status: 429 });
  expect(await getRefusal(reveal())).toMatchObject({ status: 429 });
});

test('who a policy keeps out learns no field and no label, and each try is recorded', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createGrantedAgent(owner, server.url);
  const second = await createToken(owner, 'github', 'second');
  await createPolicy(owner, [{ type: 'client', kinds: ['cli'] }], [{ kind: 'agent', id: agent.id }]);
  const unknownField = client.agent.credential.mutate({ service: 'github', label: 'main', field: 'nope' });
  expect(await getRefusal(unknownField)).toMatchObject({ status: 403, rule: 'client' });
  expect(await newest(owner)).toMatchObject({ type: 'policy_denied', rule: 'client' });
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: second.id });
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({ rule: 'client' });
  expect(await newest(owner)).toMatchObject({ type: 'policy_denied', rule: 'client' });
});

test('who passes every policy and names what is not there fails, and the event says which policies those were', async () => {
  const owner = await server.createOwner();
  const { client, agent, grant } = await createGrantedAgent(owner, server.url);
  const targets = [{ kind: 'agent', id: agent.id }] as const;
  const policy = await createPolicy(owner, [{ type: 'client', kinds: ['nodejs'] }], targets);
  const unknownField = client.agent.credential.mutate({ service: 'github', field: 'nope' });
  expect(await getRefusal(unknownField)).toMatchObject({ status: 400, code: 'field_unknown' });
  const passed = { type: 'agent_access', outcome: 'failed', policyIds: [policy.id] };
  expect(await newest(owner)).toMatchObject({ ...passed, grantId: grant.id, fields: ['nope'] });
  const second = await createToken(owner, 'github', 'second');
  await owner.client.grants.create.mutate({ agentId: agent.id, credentialId: second.id });
  const ambiguous = client.agent.credential.mutate({ service: 'github' });
  expect(await getRefusal(ambiguous)).toMatchObject({ status: 409, code: 'credential_ambiguous' });
  expect(await newest(owner)).toMatchObject({ ...passed, service: 'github' });
});
