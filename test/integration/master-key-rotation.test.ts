// The master key is changed while two servers serve from one data folder: nobody is refused, nothing is lost, and the old key
// ends when nothing needs it.

import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@keytrail/server/base/db';
import { readKeyVersion } from '@keytrail/server/base/envelope';
import { parseLine } from '@keytrail/shared/leaf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countByVersion, readBoxes, seedBoxes, toSeededValue } from '../kit/boxes.ts';
import { checkLog } from '../kit/check-log.ts';
import { type Client, createClient, getRefusal } from '../kit/client.ts';
import { keytrail, startKeytrail } from '../kit/command.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { signUp } from '../kit/people.ts';
import { runServerToItsEnd, type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const headBytes = 65;

let folder: TempDir;
let database: TestDatabase;
let variables: Record<string, string>;
let nodes: ServerProcess[];
let session: string;
/** The same owner and the same agent, on each node. */
let owners: Client[];
let bots: Client[];
let accountId: string;
/** Somebody else, with much to re-wrap. */
let otherId: string;
let otherClient: Client;
let seeded: string[];

beforeAll(async () => {
  folder = await makeTempDir();
  database = await createTestDatabase();
  variables = { DATABASE_URL: database.url, KEYTRAIL_DATA_DIR: folder.path };
  nodes = [await startServerProcess(variables), await startServerProcess(variables)];
  const url = nodes[0]?.url ?? '';
  ({ session } = await signUp(url));
  owners = nodes.map((node) => createClient(node.url, session));
  const { key } = await createGrantedAgent({ client: createClient(url, session) }, url);
  bots = nodes.map((node) => createClient(node.url, key));
  accountId = (await createClient(url, session).account.me.query()).accountId;
  await seedBoxes(database.url, accountId, await readKey(1), 10);
  otherClient = createClient(url, (await signUp(url)).session);
  otherId = (await otherClient.account.me.query()).accountId;
  seeded = await seedBoxes(database.url, otherId, await readKey(1), 2000);
});
afterAll(async () => {
  for (const node of nodes) await node.kill('SIGTERM');
  await database.drop();
  await folder.remove();
});

const keyFile = () => join(folder.path, 'master.key');

async function readKey(version: number) {
  const line = (await readFile(keyFile(), 'utf8')).split('\n').find((text) => text.startsWith(`${version}:`));
  return { version, bytes: Buffer.from(line?.split(':')[1] ?? '', 'base64') };
}

const fetchToken = async (bot: Client) => (await bot.agent.credential.mutate({ service: 'github' })).values.value;

/** The owner's edits, one after the other on both nodes; answers with the last value that was stored. */
async function edit(id: string, ended: () => boolean): Promise<{ value: string; edits: number }> {
  let { version } = (await owners[0]?.credentials.list.query())?.find((credential) => credential.id === id) ?? {
    version: 0,
  };
  let edits = 0;
  let value = tokenValue;
  while (!ended() || edits < 2) {
    const next = `edited-${edits}`;
    const owner = owners[edits % owners.length];
    ({ version } = (await owner?.credentials.update.mutate({ id, version, secret: { value: next } })) ?? { version });
    value = next;
    edits++;
  }
  return { value, edits };
}

/** Notes every answer; a refusal ends the test. */
async function fetchAgain(bot: Client, ended: () => boolean): Promise<number> {
  let fetched = 0;
  while (!ended()) {
    expect(await fetchToken(bot)).toMatch(/^(kt-test-token-value-5f2c|edited-\d+)$/);
    fetched++;
  }
  return fetched;
}

async function reveal(owner: Client | undefined, id: string): Promise<string | undefined> {
  return (await owner?.credentials.use.mutate({ id, action: 'reveal' }))?.values.value;
}

async function readEvents(account: string) {
  await checkLog(database.url, account);
  const sql = connect(database.url, { max: 1 });
  const rows = await sql<{ line: string }[]>`select line from events where account_id = ${account} order by seq`;
  await sql.end();
  return rows.map(({ line }) => parseLine(line));
}

async function readRotations(account: string) {
  const events = await readEvents(account);
  return events.filter(({ action, source }) => action === 'rotate' && source === 'system');
}

/** As if that much time had gone by since a version began to seal. */
async function letSettle(): Promise<void> {
  const sql = connect(database.url, { max: 1 });
  await sql`update master_keys set sealing_since = sealing_since - interval '3 minutes'`;
  await sql.end();
}

test('while two servers serve and owners edit, every secret moves to a new key; no access fails and no edit is lost', async () => {
  const before = await readBoxes(database.url, otherId);
  const [credential] = (await owners[0]?.credentials.list.query()) ?? [];
  const id = credential?.id ?? '';
  let over = false;
  const ended = () => over;
  const working = Promise.all([edit(id, ended), ...bots.map((bot) => fetchAgain(bot, ended))]);
  const { code, said } = await keytrail(['rotate-master-key'], variables);
  over = true;
  const [edited, ...fetched] = await working;

  expect(said).toMatch(/Master key version 2 is made, in .*master\.key/);
  expect(said).toMatch(/Done: 2,01\d secrets re-wrapped under version 2/);
  expect(code).toBe(0);
  expect(edited.edits).toBeGreaterThan(1);
  for (const count of fetched) expect(count).toBeGreaterThan(1);
  for (const owner of owners) expect(await reveal(owner, id)).toBe(edited.value);
  expect(await countByVersion(database.url)).toEqual({ 2: 2011 });

  const after = await readBoxes(database.url, otherId);
  expect(after.map(({ id: ofBox, field }) => [ofBox, field])).toEqual(
    before.map(({ id: ofBox, field }) => [ofBox, field]),
  );
  for (const [place, { box }] of after.entries()) {
    const old = before[place]?.box ?? Buffer.alloc(0);
    expect([readKeyVersion(old), readKeyVersion(box)]).toEqual([1, 2]);
    expect(box.subarray(headBytes).equals(old.subarray(headBytes))).toBe(true);
  }
  expect(await reveal(otherClient, seeded[7] ?? '')).toBe(toSeededValue(7));
  const untouched = (await otherClient.credentials.list.query()).filter(({ service }) => service === 'seeded');
  for (const row of untouched) expect([row.version, row.updatedAt]).toEqual([1, row.createdAt]);
}, 180_000);

test('the key file stays closed to others, and holds both keys', async () => {
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
  expect(await readFile(keyFile(), 'utf8')).toMatch(/^1:[\w+/]{43}=\n2:[\w+/]{43}=\n$/);
});

test('each owner’s log says so once, as the system’s doing', async () => {
  for (const account of [accountId, otherId]) {
    expect(await readRotations(account)).toMatchObject([
      {
        type: 'vault_change',
        outcome: 'ok',
        title: 'Secrets re-wrapped under a new master key',
        note: 'Master key version 2; the secrets themselves are as they were',
      },
    ]);
  }
});

test('the state is told: versions, what stands under them, and the servers', async () => {
  const { code, said } = await keytrail(['rotate-master-key', '--status'], variables);
  expect(code).toBe(0);
  expect(said).toMatch(/^Version 1, file or environment: opens what it sealed; 0 secrets\.$/m);
  expect(said).toMatch(/^Version 2, file or environment: seals since \S+; 2,011 secrets and the server’s own\.$/m);
  expect(said.match(/^Server \S+ \(process \d+\) holds versions 1, 2 and seals with 2\.$/gm)).toHaveLength(2);
});

test('killed in the middle, the command leaves every secret readable, and goes on where it was', async () => {
  await seedBoxes(database.url, otherId, await readKey(2), 10_000);
  const killed = startKeytrail(['rotate-master-key'], variables);
  await expect.poll(async () => (await countByVersion(database.url))[3] ?? 0, { interval: 5 }).toBeGreaterThan(0);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const cut = await countByVersion(database.url);
  expect(cut[2], 'killed too late to show anything').toBeGreaterThan(0);
  expect(cut[3]).toBeGreaterThan(0);

  for (const bot of bots) expect(await fetchToken(bot)).toMatch(/^edited/);
  for (const index of [0, 1999]) expect(await reveal(otherClient, seeded[index] ?? '')).toBe(toSeededValue(index));
  const early = await keytrail(['retire-master-key', '2'], variables);
  expect(early).toMatchObject({
    code: 1,
    said: expect.stringMatching(
      /^Version 2 is still needed by [\d,]+ secrets\. Run keytrail rotate-master-key first\.\n$/,
    ),
  });

  const { code, said } = await keytrail(['rotate-master-key'], variables);
  expect(said).toContain('Going on with the rotation to master key version 3.');
  expect(code).toBe(0);
  expect(await countByVersion(database.url)).toEqual({ 3: 12_011 });
  for (const account of [accountId, otherId]) expect(await readRotations(account)).toHaveLength(2);
}, 180_000);

test('a box that does not open stays as it is, keeps no other back, and is counted', async () => {
  const sql = connect(database.url, { max: 1 });
  const id = seeded[3] ?? '';
  const [row] = await sql<{ box: string }[]>`select sealed #>> '{value,box}' as box from credentials where id = ${id}`;
  const damaged = Buffer.from(row?.box ?? '', 'base64');
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  const setBox = (box: string) =>
    sql`update credentials set sealed = jsonb_set(sealed, '{value,box}', to_jsonb(${box}::text)) where id = ${id}`;
  await setBox(damaged.toString('base64'));

  const { code, said } = await keytrail(['rotate-master-key'], variables);
  expect(said).toMatch(/1 secret could not be re-wrapped.*keep the old versions until nothing is left/);
  expect(code).toBe(1);
  expect(await countByVersion(database.url)).toEqual({ 3: 1, 4: 12_010 });
  expect(await keytrail(['retire-master-key', '3'], variables)).toMatchObject({
    code: 1,
    said: expect.stringContaining('still needed by 1 secret.'),
  });

  await setBox(row?.box ?? '');
  await sql.end();
  expect(await keytrail(['rotate-master-key'], variables)).toMatchObject({
    code: 0,
    said: expect.stringContaining('Done: 1 secret'),
  });
}, 180_000);

test('a key is retired only when it can come into use no more; then it opens nothing', async () => {
  const kept = (await readBoxes(database.url, accountId)).at(-1);
  const old = await readKey(4);
  await keytrail(['rotate-master-key'], variables);
  expect(await keytrail(['retire-master-key', '5'], variables)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^Version 5 seals\./),
  });
  expect(await keytrail(['retire-master-key', '7'], variables)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^There is no master key version 7\./),
  });
  expect(await keytrail(['retire-master-key', '4'], variables)).toMatchObject({
    code: 1,
    said: expect.stringContaining('less than two minutes'),
  });
  await letSettle();
  for (const version of [1, 2, 3, 4]) {
    const { code, said } = await keytrail(['retire-master-key', String(version)], variables);
    expect(said).toMatch(
      new RegExp(
        `^Version ${version} is retired: no server opens anything with it\\.\nIt is taken out of .*master\\.key`,
      ),
    );
    expect(code).toBe(0);
  }
  expect(await readFile(keyFile(), 'utf8')).toMatch(/^5:[\w+/]{43}=\n$/);
  expect(await keytrail(['retire-master-key', '4'], variables)).toMatchObject({
    code: 0,
    said: expect.stringContaining('is retired'),
  });
  await expect
    .poll(async () => (await keytrail(['rotate-master-key', '--status'], variables)).said)
    .toMatch(/(^Server .* holds version 5 and seals with 5\.\n){2}/m);

  // A row from before: no server opens it any more, though the key be given again.
  for (const bot of bots) expect(await fetchToken(bot)).toMatch(/^edited/);
  const sql = connect(database.url, { max: 1 });
  await sql`
    update credentials set sealed = jsonb_set(sealed, '{value,box}', to_jsonb(${kept?.box.toString('base64') ?? ''}::text))
    where id = ${kept?.id ?? ''}`;
  const ofOld = await startServerProcess({
    ...variables,
    KEYTRAIL_MASTER_KEY: `4:${old.bytes.toString('base64')},5:${(await readKey(5)).bytes.toString('base64')}`,
  });
  for (const { url } of [...nodes, ofOld]) {
    const refusal = await getRefusal(
      createClient(url, session).credentials.use.mutate({ id: kept?.id ?? '', action: 'reveal' }),
    );
    expect(refusal).toMatchObject({ status: 500, code: 'secret_unreadable' });
  }
  const failed = (await readEvents(accountId)).filter(({ outcome }) => outcome === 'failed');
  expect(failed).toHaveLength(nodes.length + 1);
  await ofOld.kill('SIGTERM');
  await sql.end();
}, 180_000);

test('whoever is signed in stays so, through every rotation and a restart', async () => {
  await nodes[1]?.kill('SIGTERM');
  nodes[1] = await startServerProcess(variables);
  expect(await createClient(nodes[1].url, session).account.me.query()).toMatchObject({ accountId });
});

test('a server that was given another key, or lacks one in use, does not start, and says what to do', async () => {
  const start = (key: string) => runServerToItsEnd({ ...variables, KEYTRAIL_MASTER_KEY: key });
  const fresh = randomBytes(32).toString('base64');
  const another = await start(`5:${fresh}`);
  expect(another).toMatchObject({
    code: 1,
    printed: expect.stringContaining('Master key version 5 is another key here than in this database'),
  });
  expect(await start(`1:${fresh}`)).toMatchObject({
    code: 1,
    printed: expect.stringContaining('sealed with another master key'),
  });
  expect(another.printed).not.toContain(fresh);
});

test('while a server at work does not know the new key, nothing is sealed with it; once it does, that version is taken', async () => {
  const apart = join(folder.path, 'apart');
  await mkdir(apart);
  await copyFile(keyFile(), join(apart, 'master.key'));
  const third = await startServerProcess({ ...variables, KEYTRAIL_DATA_DIR: apart });
  const bot = createClient(third.url, session);
  const refused = await keytrail(['rotate-master-key', '--wait', '10'], variables);
  expect(refused.said).toMatch(
    new RegExp(
      `Master key version 6 is not known to \\S+ \\(process ${third.child.pid}\\), so nothing is sealed with it yet`,
    ),
  );
  expect(refused.code).toBe(1);
  expect(Object.keys(await countByVersion(database.url))).not.toContain('6');

  await copyFile(keyFile(), join(apart, 'master.key'));
  const { code, said } = await keytrail(['rotate-master-key'], variables);
  expect(said).toContain('Master key version 6 is there and has not sealed anything yet');
  // The row of a retired key, from above, opens nowhere.
  expect(said).toContain('1 secret could not be re-wrapped');
  expect(code).toBe(1);
  expect(await countByVersion(database.url)).toEqual({ 4: 1, 6: 12_010 });
  expect((await bot.account.me.query()).accountId).toBe(accountId);
  await third.kill('SIGTERM');
}, 180_000);
