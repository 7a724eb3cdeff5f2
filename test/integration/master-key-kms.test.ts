// The master key wrapped by AWS KMS: asked at the start and now and then, on no request's path; what becomes of secrets
// while it is away; and the way there from a file, and back.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectKms } from '@keytrail/server/base/aws-kms';
import { connect } from '@keytrail/server/base/db';
import { createKeySources } from '@keytrail/server/base/key-sources';
import { KmsError } from '@keytrail/server/base/kms';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { countByVersion } from '../kit/boxes.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { keytrail } from '../kit/command.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { type KmsService, startKmsService } from '../kit/kms-service.ts';
import { signUp } from '../kit/people.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { runServerToItsEnd, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const alias = 'alias/keytrail';
const minute = 60_000;

let kms: KmsService;
let keyId: string;
let folder: TempDir;
let database: TestDatabase;
let variables: Record<string, string>;
beforeEach(async () => {
  kms = await startKmsService();
  keyId = kms.createKey(alias);
  folder = await makeTempDir();
  database = await createTestDatabase();
  variables = {
    ...kms.variables,
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_KMS_KEY_ID: alias,
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await database.drop();
  await folder.remove();
  await kms.stop();
});

const countCalls = () => kms.calls.map(({ action }) => action).join(' ');
const keyFile = () => join(folder.path, 'master.key');

async function readWrapped(version: number): Promise<Buffer | null> {
  const sql = connect(database.url, { max: 1 });
  const [row] = await sql<{ wrapped: Buffer | null }[]>`select wrapped from master_keys where version = ${version}`;
  await sql.end();
  return row?.wrapped ?? null;
}

async function letSettle(): Promise<void> {
  const sql = connect(database.url, { max: 1 });
  await sql`update master_keys set sealing_since = sealing_since - interval '3 minutes'`;
  await sql.end();
}

/** Has the server look its keys up once more, as a rotation does. */
async function keysLookedUp(server: TestServer): Promise<void> {
  const seen = () => sql<{ at: string }[]>`select max(seen_at)::text as at from nodes`.then(([row]) => row?.at);
  const sql = connect(server.databaseUrl, { max: 1 });
  const before = await seen();
  await sql`select pg_notify('keytrail_master_keys', '')`;
  await expect.poll(seen).not.toBe(before);
  await sql.end();
}

/** A server, and an agent that may fetch a token. */
async function startWithAgent(given = variables) {
  const server = await startServerProcess(given);
  const { session } = await signUp(server.url);
  const bot = await createGrantedAgent({ client: createClient(server.url, session) }, server.url);
  return { server, key: bot.key, session };
}

const fetchToken = async (url: string, key: string) =>
  (await createClient(url, key).agent.credential.mutate({ service: 'github' })).values.value;

/** Starts a server that is there again what was there before, and ends it. */
async function expectServes(given: Record<string, string>, key: string): Promise<void> {
  const server = await startServerProcess(given);
  expect(await fetchToken(server.url, key)).toBe(tokenValue);
  await server.kill('SIGTERM');
}

test('a first start with KMS alone makes no key file; the service is asked once at a start, and by no request', async () => {
  const { server, key } = await startWithAgent();
  expect(countCalls()).toBe('Encrypt Decrypt');
  for (let n = 0; n < 20; n++) expect(await fetchToken(server.url, key)).toBe(tokenValue);
  expect(countCalls()).toBe('Encrypt Decrypt');
  await server.kill('SIGTERM');
  await expectServes(variables, key);
  expect(countCalls()).toBe('Encrypt Decrypt Decrypt');
  for (const { context } of kms.calls) {
    expect(context).toEqual({ application: 'keytrail', purpose: 'master-key', version: '1' });
  }
  expect(existsSync(keyFile())).toBe(false);
}, 180_000);

test('two first starts at once agree on one key', async () => {
  const servers = await Promise.all([startServerProcess(variables), startServerProcess(variables)]);
  const [one, other] = servers;
  const { session } = await signUp(one.url);
  const { key } = await createGrantedAgent({ client: createClient(one.url, session) }, one.url);
  expect(await fetchToken(other.url, key)).toBe(tokenValue);
  for (const server of servers) await server.kill('SIGTERM');
}, 180_000);

test('where the service refuses or does not answer, a server does not start, and says why; a little throttling is waited out', async () => {
  await (await startServerProcess(variables)).kill('SIGTERM');
  kms.deny('Decrypt');
  const denied = await runServerToItsEnd(variables);
  expect(denied.code).toBe(1);
  expect(denied.printed).toMatch(
    /^AWS KMS did not unwrap master key version 1 with arn:aws:kms:\S+: the server’s AWS identity needs kms:Encrypt and kms:Decrypt on that key\. \(AccessDeniedException: .*\n$/,
  );
  expect(await runServerToItsEnd({ ...variables, KEYTRAIL_KMS_KEY_ID: '' })).toEqual({
    code: 1,
    printed: 'Master key version 1 is wrapped by AWS KMS: set KEYTRAIL_KMS_KEY_ID to its key.\n',
  });
  kms.deny();
  kms.throttle(2);
  await (await startServerProcess(variables)).kill('SIGTERM');
}, 180_000);

test.each<[string, (service: KmsService) => unknown, Record<string, string | undefined>, string]>([
  ['a disabled key', () => kms.setState(keyId, 'Disabled'), {}, 'the key is disabled; enable it. (DisabledException: '],
  [
    'a key about to go',
    () => kms.setState(keyId, 'PendingDeletion'),
    {},
    'perhaps about to be deleted. (KMSInvalidStateException: ',
  ],
  ['throttling', () => kms.throttle(100), {}, 'it was asked too often; try again shortly. (ThrottlingException: '],
  ['a foreign identity', () => {}, { AWS_ACCESS_KEY_ID: 'SOMEBODY' }, 'AWS does not know the server’s access key. ('],
  ['no identity', () => {}, { AWS_ACCESS_KEY_ID: undefined }, 'the server has no AWS identity; set AWS_ACCESS_KEY_ID'],
  ['no region', () => {}, { AWS_REGION: undefined }, 'set AWS_REGION to the region of the key. ('],
  ['an empty region', () => {}, { AWS_REGION: '' }, 'set AWS_REGION to the region of the key. ('],
  ['nobody there', () => kms.stop(), {}, 'it could not be reached. ('],
])('%s is said in words, and what would mend it', async (_, prepare, changed, words) => {
  const given = { ...kms.variables, ...changed };
  for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
  await prepare(kms);
  const client = connectKms(alias);
  const refusal = client.wrap(1, Buffer.alloc(32));
  await expect(refusal).rejects.toThrow(KmsError);
  await expect(refusal).rejects.toThrow(words);
  await expect(refusal).rejects.toThrow(/^AWS KMS did not wrap master key version 1 with alias\/keytrail: /);
  client.close();
});

test('a key that there is not, and what another key wrapped, are said in words', async () => {
  for (const [name, value] of Object.entries(kms.variables)) vi.stubEnv(name, value);
  const client = connectKms(alias);
  const wrapped = await client.wrap(1, Buffer.alloc(32, 7));
  expect(await client.unwrap(1, wrapped)).toEqual(Buffer.alloc(32, 7));
  await expect(client.unwrap(2, wrapped)).rejects.toThrow('what is stored was not wrapped for this version.');
  await expect(client.unwrap(1, { ...wrapped, kmsKeyId: kms.createKey() })).rejects.toThrow(
    'was wrapped with another key.',
  );
  await expect(client.unwrap(1, { ...wrapped, kmsKeyId: 'alias/none' })).rejects.toThrow(
    'there is no such key in this region',
  );
  client.close();
});

test('what was wrapped for another version, or tampered with, is no master key', async () => {
  await (await startServerProcess(variables)).kill('SIGTERM');
  const wrapped = (await readWrapped(1)) ?? Buffer.alloc(0);
  const store = async (bytes: Buffer) => {
    const sql = connect(database.url, { max: 1 });
    await sql`update master_keys set wrapped = ${bytes}`;
    await sql.end();
  };
  const flipped = Buffer.from(wrapped);
  flipped[60] = (flipped[60] ?? 0) ^ 1;
  await store(flipped);
  expect((await runServerToItsEnd(variables)).printed).toContain(
    'what is stored was not wrapped for this version. (InvalidCiphertextException',
  );
  await store(wrapped);
  const sql = connect(database.url, { max: 1 });
  await sql`update master_keys set version = 2`;
  await sql.end();
  expect((await runServerToItsEnd(variables)).printed).toContain('InvalidCiphertextException');
}, 180_000);

test('away, the service is missed by nobody while its key is held; then every access is refused and recorded, until it is back', async () => {
  // The SDK of a server in this process reads this process's environment.
  for (const [name, value] of Object.entries(kms.variables)) vi.stubEnv(name, value);
  const keys = await createKeySources({
    masterKeys: null,
    dataDir: folder.path,
    kmsKeyId: alias,
    kmsCacheMs: 60 * minute,
  });
  const server = await startTestServer({}, { keys });
  const owner = await server.createOwner();
  const { client: bot, credential } = await createGrantedAgent(owner, server.url);
  const fetched = () => bot.agent.credential.mutate({ service: 'github' });

  // Asked again at half of the time, well before it runs out.
  const before = kms.calls.length;
  server.advance(31 * minute);
  await expect.poll(() => kms.calls.length).toBe(before + 1);

  await kms.stop();
  server.advance(59 * minute);
  expect((await fetched()).values.value).toBe(tokenValue);
  await owner.client.credentials.create.mutate({
    kind: 'token',
    service: 'gitlab',
    label: 'a',
    secret: { value: 'x' },
  });

  server.advance(2 * minute);
  const refusal = { status: 503, code: 'master_key_unavailable' };
  expect(await getRefusal(fetched())).toMatchObject(refusal);
  expect(await getRefusal(owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' }))).toMatchObject(
    refusal,
  );
  const creation = { kind: 'token', service: 'gitlab', label: 'b', secret: { value: 'x' } } as const;
  expect(await getRefusal(owner.client.credentials.create.mutate(creation))).toMatchObject(refusal);
  const { events } = await owner.client.audit.list.query({ limit: 2 });
  expect(events).toMatchObject([
    { type: 'secret_access', action: 'reveal', outcome: 'failed', credentialId: credential.id },
    { type: 'agent_access', action: 'fetch', outcome: 'failed', credentialId: credential.id },
  ]);
  for (const { note } of events) {
    expect(note).toBe('The server cannot reach its master key just now, so no secret opens. Try again shortly.');
  }
  // Said in the server's log, with what the service said; once, however often it is looked for.
  const complaints = () => server.logged().match(/AWS KMS did not unwrap master key version 1/g)?.length ?? 0;
  await expect.poll(complaints).toBeGreaterThan(0);
  for (let look = 0; look < 3; look++) {
    server.advance(minute);
    await keysLookedUp(server);
  }
  expect(server.logged().match(/master keys are missing/g)).toHaveLength(1);

  await kms.start();
  server.advance(minute);
  await expect
    .poll(() =>
      fetched().then(
        ({ values }) => values.value,
        () => null,
      ),
    )
    .toBe(tokenValue);
  await server.stop();
}, 180_000);

test('from a file to KMS, to another key of KMS, and back to a file: each is a rotation, and the old place is needed no more', async () => {
  const { KEYTRAIL_KMS_KEY_ID: _kms, ...withFile } = variables;
  const first = await startWithAgent(withFile);
  const { key } = first;
  // The server that runs cannot ask the service: nothing is sealed with what it cannot open.
  const early = await keytrail(['rotate-master-key', '--wait', '2'], variables);
  expect(early.said).toContain('Master key version 2 is made, wrapped by AWS KMS with alias/keytrail.');
  expect(early).toMatchObject({ code: 1, said: expect.stringContaining('Master key version 2 is not known to') });
  await first.server.kill('SIGTERM');

  const rotate = async (given: Record<string, string>, args: string[], from: number, to: number) => {
    const server = await startServerProcess(given);
    const { code, said } = await keytrail(['rotate-master-key', ...args], given);
    expect(said).toContain(`re-wrapped under version ${to}`);
    expect(code).toBe(0);
    expect(await countByVersion(database.url)).toEqual({ [to]: 1 });
    expect(await fetchToken(server.url, key)).toBe(tokenValue);
    await letSettle();
    expect(await keytrail(['retire-master-key', String(from)], given)).toMatchObject({ code: 0 });
    expect(await fetchToken(server.url, key)).toBe(tokenValue);
    await server.kill('SIGTERM');
  };
  await rotate(variables, [], 1, 2);
  expect(existsSync(keyFile())).toBe(false);
  expect(await readWrapped(2)).not.toBeNull();

  const another = { ...variables, KEYTRAIL_KMS_KEY_ID: kms.createKey() };
  await rotate(another, [], 2, 3);
  expect(await readWrapped(2)).toBeNull();
  kms.setState(keyId, 'PendingDeletion');
  await expectServes(another, key);

  await rotate(another, ['--to', 'file'], 3, 4);
  expect(await readFile(keyFile(), 'utf8')).toMatch(/^4:[\w+/]{43}=\n$/);
  await kms.stop();
  await expectServes(withFile, key);
  await kms.start();
}, 180_000);

test('a key given by the environment is rotated with the one that was put beside it', async () => {
  const old = 'A'.repeat(43).concat('=');
  const fresh = 'B'.repeat(42).concat('A=');
  const given = (keys: string) => ({
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_MASTER_KEY: keys,
  });
  const first = await startWithAgent(given(`1:${old}`));
  const without = await keytrail(['rotate-master-key'], given(`1:${old}`));
  expect(without).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^KEYTRAIL_MASTER_KEY holds no new version\. Put `2:`/),
  });
  const early = await keytrail(['rotate-master-key', '--wait', '0'], given(`2:${fresh},1:${old}`));
  expect(early).toMatchObject({ code: 1, said: expect.stringContaining('Master key version 2 is not known to') });
  await first.server.kill('SIGTERM');

  const server = await startServerProcess(given(`2:${fresh},1:${old}`));
  expect(await countByVersion(database.url)).toEqual({ 1: 1 });
  const done = await keytrail(['rotate-master-key'], given(`2:${fresh},1:${old}`));
  expect(done).toMatchObject({ code: 0, said: expect.stringContaining('Done: 1 secret re-wrapped under version 2') });
  await letSettle();
  const retired = await keytrail(['retire-master-key', '1'], given(`2:${fresh},1:${old}`));
  expect(retired).toMatchObject({ code: 0, said: expect.stringContaining('Take it out of KEYTRAIL_MASTER_KEY') });
  await server.kill('SIGTERM');
  await expectServes(given(`2:${fresh}`), first.key);
  for (const { said } of [without, early, done, retired]) expect(said).not.toMatch(/A{20}|B{20}/);
}, 180_000);
