// Policies as their owner keeps them, by every outcome of each call; each change leaves the event that says so.

import { connect } from '@keytrail/server/base/db';
import type { Rule } from '@keytrail/shared/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { createPolicy } from '../kit/policies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const nobodysId = '019aa000-0000-7000-8000-000000000001';
const reasonRule: Rule = { type: 'reason', lengthMin: 8 };

async function readTail(owner: Owner, count: number) {
  const { events } = await owner.client.audit.list.query({ limit: count });
  await checkLog(server.databaseUrl, (await owner.client.account.me.query()).accountId);
  return events.toReversed();
}

test('ok: a policy is made, changed, switched and removed, and each is an event with its name', async () => {
  const owner = await server.createOwner();
  const made = await owner.client.policies.create.mutate({
    name: 'Working hours',
    rules: [{ type: 'reason', lengthMin: 8 }],
  });
  expect(made).toMatchObject({
    name: 'Working hours',
    description: '',
    mode: 'enabled',
    version: 1,
    broken: false,
    usedBy: [],
  });
  const changed = await owner.client.policies.update.mutate({
    id: made.id,
    version: 1,
    name: 'Hours',
    description: 'Nobody works at night',
    mode: 'enabled',
    rules: [{ type: 'time_window', days: ['mon'], start: '09:00', end: '17:00', timeZone: 'Europe/London' }],
  });
  expect(changed).toMatchObject({ version: 2, description: 'Nobody works at night', rules: [{ type: 'time_window' }] });
  expect(await owner.client.policies.setMode.mutate({ id: made.id, mode: 'observe' })).toMatchObject({
    mode: 'observe',
    version: 3,
  });
  expect(await owner.client.policies.setMode.mutate({ id: made.id, mode: 'observe' })).toMatchObject({ version: 3 });
  await owner.client.policies.setMode.mutate({ id: made.id, mode: 'disabled' });
  expect(await owner.client.policies.list.query()).toMatchObject([{ id: made.id, name: 'Hours', mode: 'disabled' }]);
  await owner.client.policies.remove.mutate({ id: made.id });
  expect(await owner.client.policies.list.query()).toEqual([]);
  const shared = { type: 'vault_change', source: 'direct', outcome: 'ok', policyIds: [made.id], client: 'nodejs' };
  expect(await readTail(owner, 5)).toMatchObject([
    { ...shared, action: 'create', title: 'Policy created', policyName: 'Working hours' },
    {
      ...shared,
      action: 'update',
      title: 'Policy changed',
      policyName: 'Hours',
      fields: ['name', 'description', 'rules'],
    },
    { ...shared, action: 'update', title: 'Policy only observes', fields: ['mode'] },
    { ...shared, action: 'update', title: 'Policy disabled', fields: ['mode'] },
    { ...shared, action: 'delete', title: 'Policy removed', policyName: 'Hours' },
  ]);
});

test('ok: attached to an agent and a credential, one event each, tied together; again changes nothing', async () => {
  const owner = await server.createOwner();
  const { agent, credential } = await createGrantedAgent(owner, server.url);
  const targets = [
    { kind: 'agent', id: agent.id },
    { kind: 'credential', id: credential.id },
  ] as const;
  const policy = await createPolicy(owner, [reasonRule], targets);
  expect(policy.usedBy).toEqual([
    { kind: 'agent', id: agent.id, name: 'deploy-bot' },
    { kind: 'credential', id: credential.id, name: 'github: main' },
  ]);
  const named = { policyIds: [policy.id], policyName: policy.name };
  const ofAgent = { ...named, agentId: agent.id, agentName: 'deploy-bot' };
  const ofCredential = { ...named, credentialId: credential.id, credentialLabel: 'main', service: 'github' };
  const attached = await readTail(owner, 2);
  expect(attached).toMatchObject([
    { action: 'attach', title: 'Policy attached', ...ofAgent },
    { action: 'attach', title: 'Policy attached', ...ofCredential },
  ]);
  expect(attached[0]?.correlationId).toBe(attached[1]?.correlationId);
  await owner.client.policies.attach.mutate({ id: policy.id, targets: [...targets, ...targets] });
  expect((await readTail(owner, 1))[0]?.id).toBe(attached[1]?.id);

  const detached = await owner.client.policies.detach.mutate({ id: policy.id, targets: [targets[0]] });
  expect(detached.usedBy).toMatchObject([{ kind: 'credential' }]);
  await owner.client.policies.detach.mutate({ id: policy.id, targets: [targets[0]] });
  expect(await readTail(owner, 2)).toMatchObject([
    { action: 'attach' },
    { action: 'detach', title: 'Policy detached', ...ofAgent },
  ]);
  await owner.client.policies.remove.mutate({ id: policy.id });
  expect(await readTail(owner, 2)).toMatchObject([
    { action: 'detach', ...ofCredential },
    { action: 'delete', title: 'Policy removed', ...named },
  ]);
});

test('ok: an agent and a credential that are removed take their attachments along, by name', async () => {
  const owner = await server.createOwner();
  const { agent, credential } = await createGrantedAgent(owner, server.url);
  const policy = await createPolicy(
    owner,
    [reasonRule],
    [
      { kind: 'agent', id: agent.id },
      { kind: 'credential', id: credential.id },
    ],
  );
  await owner.client.agents.remove.mutate({ id: agent.id });
  const removal = await readTail(owner, 2);
  expect(removal).toMatchObject([
    { action: 'detach', policyIds: [policy.id], policyName: policy.name, agentId: agent.id, agentName: 'deploy-bot' },
    { action: 'delete', title: 'Agent removed' },
  ]);
  expect(removal[0]?.correlationId).toBe(removal[1]?.correlationId);
  await owner.client.credentials.remove.mutate({ id: credential.id });
  expect(await readTail(owner, 2)).toMatchObject([
    { action: 'detach', policyIds: [policy.id], credentialId: credential.id, credentialLabel: 'main' },
    { action: 'delete', title: 'Credential deleted' },
  ]);
  expect(await owner.client.policies.list.query()).toMatchObject([{ id: policy.id, usedBy: [] }]);
});

test('unauthorized and forbidden: nobody, and no agent, reads or changes policies', async () => {
  const owner = await server.createOwner();
  const { client, agent } = await createAgent(owner, server.url);
  const policy = await createPolicy(owner, [reasonRule], [{ kind: 'agent', id: agent.id }]);
  for (const [caller, refusal] of [
    [createClient(server.url), { status: 401, code: 'unauthorized' }],
    [client, { status: 403, code: 'owner_only' }],
  ] as const) {
    for (const call of [
      () => caller.policies.list.query(),
      () => caller.policies.create.mutate({ name: 'mine', rules: [{ type: 'reason', lengthMin: 1 }] }),
      () => caller.policies.setMode.mutate({ id: policy.id, mode: 'disabled' }),
      () => caller.policies.detach.mutate({ id: policy.id, targets: [{ kind: 'agent', id: agent.id }] }),
      () => caller.policies.remove.mutate({ id: policy.id }),
    ]) {
      expect(await getRefusal(call())).toMatchObject(refusal);
    }
  }
});

test('not found: what is not there, and what another account owns, in either place of an attachment', async () => {
  const owner = await server.createOwner();
  const other = await server.createOwner();
  const mine = await createPolicy(owner, [reasonRule]);
  const theirs = await createPolicy(other, [reasonRule]);
  const agent = (await createAgent(owner, server.url)).agent;
  const theirAgent = (await createAgent(other, server.url)).agent;
  const theirToken = await createToken(other);
  const edit = {
    version: 1,
    name: 'taken',
    description: '',
    mode: 'disabled' as const,
    rules: [{ type: 'reason' as const, lengthMin: 1 }],
  };
  for (const call of [
    ...[theirs.id, nobodysId].flatMap((id) => [
      () => owner.client.policies.update.mutate({ id, ...edit }),
      () => owner.client.policies.setMode.mutate({ id, mode: 'disabled' }),
      () => owner.client.policies.remove.mutate({ id }),
      () => owner.client.policies.attach.mutate({ id, targets: [{ kind: 'agent', id: agent.id }] }),
      () => owner.client.policies.detach.mutate({ id, targets: [{ kind: 'agent', id: agent.id }] }),
    ]),
    ...[
      { kind: 'agent', id: theirAgent.id } as const,
      { kind: 'credential', id: theirToken.id } as const,
      { kind: 'agent', id: theirToken.id } as const,
      { kind: 'proxy', id: nobodysId } as const,
    ].map(
      (target) => () =>
        owner.client.policies.attach.mutate({ id: mine.id, targets: [{ kind: 'agent', id: agent.id }, target] }),
    ),
  ]) {
    expect(await getRefusal(call())).toMatchObject({ status: 404, code: 'not_found' });
  }
  expect(await owner.client.policies.list.query()).toMatchObject([{ id: mine.id, usedBy: [] }]);
  expect(await other.client.policies.list.query()).toEqual([theirs]);
});

test('conflict: a name that is taken, and an edit of what was changed meanwhile', async () => {
  const owner = await server.createOwner();
  const policy = await createPolicy(owner, [reasonRule]);
  const rules = [{ type: 'reason' as const, lengthMin: 1 }];
  const taken = await getRefusal(owner.client.policies.create.mutate({ name: policy.name, rules }));
  expect(taken).toMatchObject({ status: 409, code: 'conflict', sentence: expect.stringContaining('name') });
  await owner.client.policies.setMode.mutate({ id: policy.id, mode: 'observe' });
  const edit = { id: policy.id, version: 1, name: 'late', description: '', mode: 'enabled' as const, rules };
  expect(await getRefusal(owner.client.policies.update.mutate(edit))).toMatchObject({ status: 409, code: 'conflict' });
  expect(await owner.client.policies.list.query()).toMatchObject([{ name: policy.name, mode: 'observe', version: 2 }]);
});

test('conflict: no more policies on one agent than an event can name', async () => {
  const owner = await server.createOwner();
  const { agent } = await createAgent(owner, server.url);
  const targets = [{ kind: 'agent' as const, id: agent.id }];
  for (let n = 0; n < 30; n++) await createPolicy(owner, [reasonRule], targets);
  const refusal = await getRefusal(createPolicy(owner, [reasonRule], targets));
  expect(refusal).toMatchObject({ status: 409, code: 'conflict', sentence: expect.stringContaining('30') });
  const attached = (await owner.client.policies.list.query()).filter(({ usedBy }) => usedBy.length > 0);
  expect(attached).toHaveLength(30);
});

test.each([
  ['no rule at all', []],
  ['a window without a day', [{ type: 'time_window', days: [], start: '09:00', end: '17:00', timeZone: 'UTC' }]],
  [
    'a zone that is none',
    [{ type: 'time_window', days: ['mon'], start: '09:00', end: '17:00', timeZone: 'Mars/Olympus' }],
  ],
  ['an address that is none', [{ type: 'ip_allowlist', ranges: ['10.0.0.0/33'] }]],
  ['a rule that nobody knows', [{ type: 'moon_phase' }]],
  ['a member that nobody knows', [{ type: 'reason', lengthMin: 1, also: true }]],
])('invalid: %s', async (_name, rules) => {
  const owner = await server.createOwner();
  const call = owner.client.policies.create.mutate({ name: 'wrong', rules: JSON.parse(JSON.stringify(rules)) });
  expect(await getRefusal(call)).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(await owner.client.policies.list.query()).toEqual([]);
});

test('a stored rule that nobody understands: the list says that the policy is broken, and a new edit mends it', async () => {
  const owner = await server.createOwner();
  const policy = await createPolicy(owner, [reasonRule]);
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update policies set rules = rules || '[{"type":"moon_phase"}]'::jsonb where id = ${policy.id}`;
  await sql.end();
  expect(await owner.client.policies.list.query()).toMatchObject([{ broken: true, rules: [reasonRule] }]);
  const { id, version, name, description, mode } = policy;
  const rules = [{ type: 'reason' as const, lengthMin: 8 }];
  await owner.client.policies.update.mutate({ id, version, name, description, mode, rules });
  expect(await owner.client.policies.list.query()).toMatchObject([{ broken: false, rules }]);
});

test('attachments, detachments and removals at once: none waits in a circle, and the log tells each end once', async () => {
  const owner = await server.createOwner();
  for (let round = 0; round < 6; round++) {
    const { agent, credential } = await createGrantedAgent(owner, server.url);
    const targets = [
      { kind: 'agent' as const, id: agent.id },
      { kind: 'credential' as const, id: credential.id },
    ];
    const [first, second] = [
      await createPolicy(owner, [reasonRule], targets),
      await createPolicy(owner, [reasonRule], targets),
    ];
    const calls = [
      () => owner.client.policies.remove.mutate({ id: first.id }),
      () => owner.client.policies.detach.mutate({ id: second.id, targets }),
      () => owner.client.agents.remove.mutate({ id: agent.id }),
      () => owner.client.policies.attach.mutate({ id: second.id, targets }),
      () => owner.client.credentials.remove.mutate({ id: credential.id }),
      () => owner.client.policies.attach.mutate({ id: first.id, targets }),
    ];
    for (const result of await Promise.allSettled(calls.map((_, n) => calls[(n + round) % calls.length]?.()))) {
      if (result.status === 'fulfilled') continue;
      expect(await getRefusal(Promise.reject(result.reason))).toMatchObject({ code: 'not_found' });
    }
  }
  const { accountId } = await owner.client.account.me.query();
  await checkLog(server.databaseUrl, accountId);
  const { events } = await owner.client.audit.since.query({ from: 0, limit: 1000 });
  const named = (action: string) =>
    events
      .filter((event) => event.action === action)
      .map(({ policyIds, agentId, credentialId }) => `${policyIds} ${agentId ?? credentialId}`)
      .toSorted();
  expect(named('detach')).toEqual(named('attach'));
});
