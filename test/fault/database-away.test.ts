// The database is away: at the start, while running, and back again. Clear errors, nothing released, nothing lost.

import { randomBytes } from 'node:crypto';
import { startApp } from '@keytrail/server/app';
import { readConfig } from '@keytrail/server/base/config';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { createLog } from '@keytrail/server/base/log';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { toKeySources } from '../kit/key-sources.ts';
import { postAuth, signUp } from '../kit/people.ts';
import { runServerToItsEnd } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

test('at the start: one sentence that says what to check, and a failing exit code', async () => {
  const folder = await makeTempDir();
  const address = `postgres://nobody:secret-in-url@127.0.0.1:${await findFreePort()}/none`;
  const { code, printed } = await runServerToItsEnd({ DATABASE_URL: address, KEYTRAIL_DATA_DIR: folder.path });
  expect(code).toBe(1);
  expect(printed.trim().split('\n')).toHaveLength(1);
  expect(printed).toContain('DATABASE_URL');
  expect(printed).not.toContain('secret-in-url');
  await folder.remove();
});

test.each([
  ['KEYTRAIL_PORT', 'eighty'],
  ['DATABASE_URL', 'mysql://somewhere'],
  ['KEYTRAIL_MASTER_KEY', 'too-short'],
  ['KEYTRAIL_TRUSTED_PROXIES', 'everyone'],
  ['KEYTRAIL_LOG_LEVEL', 'loud'],
])('a wrong %s stops the start with one sentence that names it', async (name, value) => {
  const { code, printed } = await runServerToItsEnd({ [name]: value });
  expect(code).toBe(1);
  expect(printed.trim().split('\n')).toHaveLength(1);
  expect(printed).toMatch(new RegExp(`^${name} must be `));
});

test('while running: refused without a release, the process alive, and all well when it is back', async () => {
  const folder = await makeTempDir();
  const start = async (loopbackPort: number) =>
    startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined, loopbackPort });
  const port = await findFreePort();
  let postgres = await start(port);
  await migrateDatabase(postgres.url);
  const config = readConfig({ KEYTRAIL_PORT: '0', KEYTRAIL_LOG_LEVEL: 'silent', KEYTRAIL_DATA_DIR: folder.path });
  const keys = toKeySources(randomBytes(32));
  const app = await startApp({ config, log: createLog(config), target: postgres.url, keys });
  const { email, session } = await signUp(app.url);
  const owner = createClient(app.url, session);
  const { client: bot } = await createGrantedAgent({ client: owner }, app.url);
  const { accountId } = await owner.account.me.query();
  const recorded = (await owner.audit.since.query({ from: 0 })).events.length;

  await postgres.stop();
  for (const call of [() => bot.agent.credential.mutate({ service: 'github' }), () => owner.audit.list.query({})]) {
    const refusal = await getRefusal(call());
    expect(refusal).toMatchObject({ status: 503, code: 'database_unavailable' });
  }
  expect((await fetch(`${app.url}/health`)).status).toBe(503);
  expect(
    (await postAuth(app.url, 'sign-in/email', { email, password: 'whatever-it-is' })).status,
  ).toBeGreaterThanOrEqual(500);

  postgres = await start(port);
  await expect.poll(async () => (await fetch(`${app.url}/health`)).status, { timeout: 20_000 }).toBe(200);
  expect((await bot.agent.credential.mutate({ service: 'github' })).values.value).toBe(tokenValue);
  expect(await checkLog(postgres.url, accountId)).toHaveLength(recorded + 1);
  await app.stop();
  await postgres.stop();
  await folder.remove();
}, 60_000);
