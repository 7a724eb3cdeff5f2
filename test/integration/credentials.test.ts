// Credentials of every kind: stored sealed, listed without secrets, changed under a version, each change an event.

import { connect } from '@keytrail/server/base/db';
import { certificate, certificateKey, ed25519Key, ed25519PublicKey } from '@keytrail/server/vault/keys.fixture';
import type { CredentialInput } from '@keytrail/shared/credential';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getRefusal } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
});
afterAll(() => server.stop());

const common = { service: 'every-kind', tags: ['a', 'b'], expiresAt: null };
const kinds: CredentialInput[] = [
  {
    ...common,
    kind: 'login',
    label: 'login',
    notes: 'sealed-note',
    public: { username: 'me', sites: ['https://a.example.com'] },
    secret: { password: 'sealed-password', totp: 'GEZDGNBVGY3TQOJQ' },
  },
  { ...common, kind: 'token', label: 'token', public: {}, secret: { value: 'sealed-token' } },
  {
    ...common,
    kind: 'oauth',
    label: 'oauth',
    public: { tokenUrl: 'https://id.example.com/token', scopes: ['read'], accessTokenExpiresAt: null },
    secret: { accessToken: 'sealed-access', refreshToken: 'sealed-refresh' },
  },
  { ...common, kind: 'totp', label: 'totp', public: { username: '' }, secret: { seed: 'GEZDGNBVGY3TQOJQ' } },
  { ...common, kind: 'fields', label: 'fields', public: {}, secret: { KEY_ID: 'sealed-id', KEY: 'sealed-key' } },
  {
    ...common,
    kind: 'ssh_key',
    label: 'ssh',
    public: { publicKey: ed25519PublicKey },
    secret: { privateKey: ed25519Key, passphrase: 'sealed-passphrase' },
  },
  {
    ...common,
    expiresAt: '2030-01-01T00:00:00.000Z',
    kind: 'certificate',
    label: 'cert',
    public: { chain: certificate },
    secret: { privateKey: certificateKey },
  },
];

const code = expect.stringMatching(/^\d{6}$/);
/** What the owner gets of each: codes rather than seeds, and of a connection what is used, not what renews it. */
const released: Record<CredentialInput['kind'], object> = {
  login: { username: 'me', password: 'sealed-password', totp: code },
  token: { value: 'sealed-token' },
  oauth: { accessToken: 'sealed-access' },
  totp: { totp: code },
  fields: { KEY_ID: 'sealed-id', KEY: 'sealed-key' },
  ssh_key: { publicKey: ed25519PublicKey, privateKey: ed25519Key, passphrase: 'sealed-passphrase' },
  certificate: { chain: certificate, privateKey: certificateKey },
};

test.each(kinds.map((input) => [input.kind, input] as const))(
  '%s: made, listed without secrets, read back',
  async (_, input) => {
    const made = await owner.client.credentials.create.mutate(input);
    const listed = (await owner.client.credentials.list.query()).find(({ id }) => id === made.id);
    expect(listed).toEqual(made);
    expect(listed).toMatchObject({ kind: input.kind, label: input.label, public: input.public, version: 1 });
    expect(JSON.stringify(listed)).not.toMatch(/sealed-|PRIVATE KEY/);
    const { values } = await owner.client.credentials.use.mutate({ id: made.id, action: 'reveal' });
    expect(values).toEqual(released[input.kind]);
  },
);

test('no row holds a secret in the clear', async () => {
  const sql = connect(server.databaseUrl, { max: 1 });
  const rows = await sql`select c::text as row from credentials c union all select e::text from events e`;
  await sql.end();
  expect(rows.length).toBeGreaterThan(10);
  for (const { row } of rows) expect(row).not.toMatch(/sealed-(?!note$)[a-z]|PRIVATE KEY/);
});

test('a row moved to another account or credential does not open', async () => {
  const [first, second] = [await createToken(owner, 'moved', 'one'), await createToken(owner, 'moved', 'two')];
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update credentials set sealed = (select sealed from credentials where id = ${first.id}) where id = ${second.id}`;
  await sql.end();
  const refusal = await getRefusal(owner.client.credentials.use.mutate({ id: second.id, action: 'reveal' }));
  expect(refusal).toMatchObject({ status: 500, code: 'secret_unreadable' });
});

test('an edit replaces what it names, keeps the rest sealed, and refuses a stale version', async () => {
  const made = await owner.client.credentials.create.mutate({
    kind: 'login',
    service: 'edit',
    label: 'me',
    notes: 'old note',
    public: { username: 'me', sites: [] },
    secret: { password: 'first-password', totp: 'GEZDGNBVGY3TQOJQ' },
  });
  const edited = await owner.client.credentials.update.mutate({
    id: made.id,
    version: 1,
    label: 'renamed',
    secret: { password: 'second-password' },
    notes: null,
  });
  expect(edited).toMatchObject({ label: 'renamed', version: 2, secretFields: ['password', 'totp'] });
  const { values } = await owner.client.credentials.use.mutate({ id: made.id, action: 'reveal' });
  expect(values).toMatchObject({ username: 'me', password: 'second-password' });
  expect(values.totp).toMatch(/^\d{6}$/);
  const stale = owner.client.credentials.update.mutate({ id: made.id, version: 1, label: 'late' });
  expect(await getRefusal(stale)).toMatchObject({ status: 409, code: 'conflict' });
  const gutted = owner.client.credentials.update.mutate({ id: made.id, version: 2, secret: { password: null } });
  expect(await getRefusal(gutted)).toMatchObject({ status: 400, code: 'invalid_input' });
});

test('a second credential of one service and label is refused with what to do', async () => {
  await createToken(owner, 'twice', 'same');
  const refusal = await getRefusal(createToken(owner, 'twice', 'same'));
  expect(refusal).toMatchObject({ status: 409, code: 'conflict' });
  expect(refusal.sentence).toContain('label');
});

test('what changes nothing is no event, and a new name leaves the old one in the log', async () => {
  const person = await server.createOwner();
  const { agent } = await createAgent(person, server.url, 'bot');
  const edit = { id: agent.id, name: 'bot', description: 'Deploys at night' };
  await person.client.agents.update.mutate(edit);
  await person.client.agents.update.mutate({ ...edit, name: 'night-bot' });
  await person.client.agents.suspend.mutate({ id: agent.id });
  const before = (await person.client.audit.since.query({ from: 0 })).events;
  expect(before.slice(-3)).toMatchObject([
    { title: 'Agent changed', fields: ['description'] },
    { title: 'Agent changed', agentName: 'night-bot', fields: ['name'], note: 'It was called “bot”' },
    { title: 'Agent suspended' },
  ]);
  await person.client.agents.suspend.mutate({ id: agent.id });
  const same = await person.client.agents.update.mutate({ ...edit, name: 'night-bot' });
  expect(same).toMatchObject({ status: 'suspended', description: 'Deploys at night' });
  expect((await person.client.audit.since.query({ from: 0 })).events).toHaveLength(before.length);
});

test('every change of the vault is a Vault Change event; events outlive what they name', async () => {
  const person = await server.createOwner();
  const credential = await createToken(person, 'change', 'one');
  const { agent } = await createAgent(person, server.url);
  const grant = await person.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  await person.client.credentials.update.mutate({ id: credential.id, version: 1, label: 'two' });
  await person.client.agents.rotateKey.mutate({ id: agent.id });
  await person.client.agents.suspend.mutate({ id: agent.id });
  await person.client.agents.resume.mutate({ id: agent.id });
  await person.client.grants.revoke.mutate({ id: grant.id });
  await person.client.agents.remove.mutate({ id: agent.id });
  await person.client.credentials.remove.mutate({ id: credential.id });
  const { events } = await person.client.audit.since.query({ from: 0 });
  expect(events.map(({ action, title }) => `${action}: ${title}`)).toEqual([
    'sign_in: Signed in',
    'create: Credential created',
    'create: Agent created',
    'create: Grant given',
    'update: Credential changed',
    'revoke: Agent key revoked',
    'rotate: Agent key rotated',
    'suspend: Agent suspended',
    'resume: Agent resumed',
    'revoke: Grant revoked',
    'revoke: Agent key revoked',
    'delete: Agent removed',
    'delete: Credential deleted',
  ]);
  expect(events.every(({ type, source }) => type === 'vault_change' && source === 'direct')).toBe(true);
  expect(events.at(-1)).toMatchObject({ service: 'change', credentialLabel: 'two' });
});
