// Many credentials in one call, as an import stores them: answered row by row, each with its event, none lost or doubled.

import { randomUUID } from 'node:crypto';
import type { CredentialInput } from '@keytrail/shared/credential';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const toLogin = (label: string, service = 'shop'): CredentialInput => ({
  kind: 'login',
  service,
  label,
  tags: ['imported'],
  expiresAt: null,
  notes: 'sealed-note',
  public: { username: label, sites: ['https://shop.example.com'] },
  secret: { password: 'sealed-password', totp: 'GEZDGNBVGY3TQOJQ' },
});

const listEvents = async (owner: Owner) => (await owner.client.audit.since.query({ from: 0 })).events;

test('each one that is new is stored and recorded, the events tied by the import’s id', async () => {
  const owner = await server.createOwner();
  const importId = randomUUID();
  const labels = Array.from({ length: 50 }, (_, index) => `person-${index}`);
  const answers = await owner.client.credentials.createMany.mutate({
    importId,
    credentials: labels.map((label) => toLogin(label)),
  });
  expect(answers.map((answer) => answer.outcome === 'created' && answer.credential.label)).toEqual(labels);
  expect((await owner.client.credentials.list.query()).length).toBe(50);
  const events = (await listEvents(owner)).filter(({ correlationId }) => correlationId === importId);
  expect(events.map(({ credentialLabel }) => credentialLabel)).toEqual(labels);
  expect(
    events.every(({ type, action, source }) => `${type} ${action} ${source}` === 'vault_change create direct'),
  ).toBe(true);
  const last = answers.at(-1);
  const id = last?.outcome === 'created' ? last.credential.id : '';
  const { values } = await owner.client.credentials.use.mutate({ id, action: 'reveal', fields: ['password', 'notes'] });
  expect(values).toEqual({ password: 'sealed-password', notes: 'sealed-note' });
});

test('what is taken, before or within the batch, is answered as such in its place, and the others are stored', async () => {
  const owner = await server.createOwner();
  await createToken(owner, 'shop', 'old');
  const call = { importId: randomUUID(), credentials: ['a', 'old', 'b', 'a'].map((label) => toLogin(label)) };
  const first = await owner.client.credentials.createMany.mutate(call);
  expect(first.map(({ outcome }) => outcome)).toEqual(['created', 'taken', 'created', 'taken']);
  const again = await owner.client.credentials.createMany.mutate(call);
  expect(again.map(({ outcome }) => outcome)).toEqual(['taken', 'taken', 'taken', 'taken']);
  const events = (await listEvents(owner)).filter(({ correlationId }) => correlationId === call.importId);
  expect(events.map(({ credentialLabel }) => credentialLabel)).toEqual(['a', 'b']);
  expect((await owner.client.credentials.list.query()).map(({ label }) => label)).toEqual(['a', 'b', 'old']);
});

test('invalid: one that is malformed refuses the whole call, by its place and without its value', async () => {
  const owner = await server.createOwner();
  const bad = { ...toLogin('bad'), secret: { password: 'sealed-password', totp: 'sealed-seed!' } };
  const call = { importId: randomUUID(), credentials: [toLogin('good'), bad as CredentialInput] };
  const refusal = await getRefusal(owner.client.credentials.createMany.mutate(call));
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(refusal.sentence).toContain('credentials.1.secret.totp');
  expect(refusal.sentence).not.toContain('sealed-');
  expect(await owner.client.credentials.list.query()).toEqual([]);
  expect(server.logged()).not.toMatch(/sealed-(password|seed)/);
});

test('invalid: more than fifty, or none', async () => {
  const owner = await server.createOwner();
  for (const count of [0, 51]) {
    const credentials = Array.from({ length: count }, (_, index) => toLogin(`person-${index}`));
    const refusal = await getRefusal(
      owner.client.credentials.createMany.mutate({ importId: randomUUID(), credentials }),
    );
    expect(refusal, String(count)).toMatchObject({ status: 400, code: 'invalid_input' });
  }
});

test('two that import the same at once store each credential once, whoever is first', async () => {
  const owner = await server.createOwner();
  const labels = Array.from({ length: 40 }, (_, index) => `person-${index}`);
  // In opposite orders, so that each meets what the other holds.
  const calls = [labels, labels.toReversed()].map((order) =>
    owner.client.credentials.createMany.mutate({
      importId: randomUUID(),
      credentials: order.map((label) => toLogin(label)),
    }),
  );
  const answers = (await Promise.all(calls)).flat();
  expect(answers.filter(({ outcome }) => outcome === 'created').length).toBe(40);
  const listed = await owner.client.credentials.list.query();
  expect(listed.length).toBe(40);
  expect(new Set(listed.map(({ label }) => label)).size).toBe(listed.length);
  expect((await listEvents(owner)).filter(({ action }) => action === 'create').length).toBe(40);
});

test('a locked vault takes nothing in, and an agent’s key is no owner', async () => {
  const owner = await server.createOwner();
  const call = { importId: randomUUID(), credentials: [toLogin('late')] };
  const { client } = await createAgent(owner, server.url);
  expect(await getRefusal(client.credentials.createMany.mutate(call))).toMatchObject({
    status: 403,
    code: 'owner_only',
  });
  await owner.client.vault.lock.mutate();
  expect(await getRefusal(owner.client.credentials.createMany.mutate(call))).toMatchObject({ code: 'vault_locked' });
});
