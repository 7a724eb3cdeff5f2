// The master key is changed under a vault that lives on its owner's webhook: what binds the two is re-wrapped along, and what the webhook
// holds is in nobody's way.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countByVersion } from '../kit/boxes.ts';
import { createClient } from '../kit/client.ts';
import { keytrail } from '../kit/command.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { signUp } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';
import { type BoundWebhook, bindWebhook, switchVault, webhookVariables } from '../kit/webhook.ts';

let database: TestDatabase;
let folder: TempDir;
let server: ServerProcess;
let webhook: BoundWebhook;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await makeTempDir();
});
afterAll(async () => {
  await webhook.stop();
  await server.kill('SIGTERM');
  await database.drop();
  await folder.remove();
});

test('after a rotation no box stands under the old key, and tickets and receipts go on', async () => {
  const variables = {
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: join(folder.path, 'data'),
    ...webhookVariables,
  };
  server = await startServerProcess(variables);
  const { session } = await signUp(server.url);
  const client = createClient(server.url, session);
  webhook = await bindWebhook(server, { client });
  const bot = await createGrantedAgent({ client }, server.url);
  await switchVault({ client }, 'webhook');
  const fetchToken = async () => (await bot.client.agent.credential.mutate({ service: 'github' })).values.value;
  expect(await fetchToken()).toBe(tokenValue);
  expect(await countByVersion(database.url)).toEqual({ 1: 1 });
  const rotated = await keytrail(['rotate-master-key'], variables);
  expect(rotated).toMatchObject({ code: 0 });
  expect(await countByVersion(database.url)).toEqual({ 2: 1 });
  expect(await fetchToken()).toBe(tokenValue);
  await expect
    .poll(
      async () =>
        (await client.audit.list.query({ limit: 20 })).events.filter(({ action }) => action === 'deliver').length,
    )
    .toBe(2);
}, 120_000);
