// A vault moves to its owner's webhook and back while servers and the webhook are killed: it goes on where it stopped, and at no moment is
// a secret nowhere.

import { connect } from '@keytrail/server/base/db';
import type { AuditEvent } from '@keytrail/shared/event';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { type Client, createClient } from '../kit/client.ts';
import { createTestDatabase } from '../kit/database.ts';
import type { TestDatabase } from '../kit/database-copy.ts';
import { signUp } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { type BoundWebhook, bindWebhook, readKept, redeem, webhookVariables } from '../kit/webhook.ts';

const many = 60;

let database: TestDatabase;
let folder: TempDir;
let variables: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await makeTempDir();
  // The port stays, so that the webhook finds the server again.
  variables = { DATABASE_URL: database.url, KEYTRAIL_DATA_DIR: folder.path, ...webhookVariables };
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

let server: ServerProcess | null = null;
let webhook: BoundWebhook | null = null;
afterEach(async () => {
  await server?.kill('SIGKILL');
  await webhook?.stop();
});

const toValue = (index: number) => `secret-number-${index}`;

async function furnish() {
  server = await startServerProcess(variables);
  const { session } = await signUp(server.url);
  const client = createClient(server.url, session);
  webhook = await bindWebhook(server, { client }, { WEBHOOK_RETURN: 'on' });
  const values = new Map<string, string>();
  for (let index = 0; index < many; index++) {
    const secret = { value: toValue(index) };
    const made = await client.credentials.create.mutate({ kind: 'token', service: 'api', label: `n${index}`, secret });
    values.set(made.id, toValue(index));
  }
  const { accountId } = await client.account.me.query();
  return { server, webhook, session, client, values, accountId };
}

/** Throws for a credential that lies neither here nor at the webhook. */
async function verifySomewhere(values: ReadonlyMap<string, string>, held: BoundWebhook): Promise<void> {
  const sql = connect(database.url, { max: 1 });
  const rows = await sql<{ id: string; here: boolean }[]>`
    select id, sealed->'value'->>'box' is not null as here from credentials where id = any(${[...values.keys()]})`;
  await sql.end();
  expect(rows).toHaveLength(values.size);
  const kept = await readKept(held);
  for (const { id, here } of rows) {
    if (!here) expect(kept.get(id)).toEqual({ value: values.get(id) });
  }
}

async function killInTheMiddle(client: Client, isMidway: (held: number) => boolean): Promise<void> {
  for (;;) {
    const { held, move } = await client.webhook.state.query();
    if (move === null) throw new Error('the move was over before it was interrupted');
    if (isMidway(held)) break;
  }
  await server?.kill('SIGKILL');
}

async function waitForEnd(client: Client): Promise<void> {
  await expect.poll(async () => (await client.webhook.state.query()).move, { timeout: 60_000 }).toBeNull();
}

async function listMoves(client: Client): Promise<AuditEvent[]> {
  const { events } = await client.audit.list.query({ limit: 200, filter: { sources: ['system'] } });
  return events.filter(({ action }) => action === 'move').reverse();
}

test('to the webhook and back, the server killed in the middle of each: every secret arrives, one event each', async () => {
  const { session, client, values, accountId, webhook: held } = await furnish();
  await client.webhook.switchMode.mutate({ mode: 'webhook' });
  await killInTheMiddle(client, (count) => count >= 10);
  await verifySomewhere(values, held);
  const between = await startServerProcess(variables);
  server = between;
  const again = createClient(between.url, session);
  const midway = (await again.webhook.state.query()).held;
  await waitForEnd(again);
  await verifySomewhere(values, held);
  expect(await again.webhook.state.query()).toMatchObject({ mode: 'webhook', here: 0, held: many });
  const out = await listMoves(again);
  const moved = out.filter(({ title }) => title === 'Moved to the webhook');
  expect(moved.map(({ credentialId }) => credentialId).sort()).toEqual([...values.keys()].sort());
  // Recorded before it leaves; what was on its way at the kill was sent twice.
  const sent = out.filter(({ title }) => title === 'Sent to the webhook');
  expect(sent.length).toBeGreaterThanOrEqual(many);
  expect(sent.length).toBeLessThanOrEqual(many + 1);

  const [id = '', value = ''] = [...values][0] ?? [];
  const { redirect } = await again.credentials.use.mutate({ id, action: 'reveal' });
  if (redirect === null) throw new Error('no ticket');
  expect(await (await redeem(redirect)).json()).toMatchObject({ result: { data: { values: { value } } } });

  await again.webhook.switchMode.mutate({ mode: 'platform' });
  await killInTheMiddle(again, (count) => count <= many - 10);
  await verifySomewhere(values, held);
  const last = await startServerProcess(variables);
  server = last;
  const owner = createClient(last.url, session);
  await waitForEnd(owner);
  expect(await owner.webhook.state.query()).toMatchObject({ mode: 'platform', here: many, held: 0 });
  expect((await readKept(held)).size).toBe(0);
  for (const [credentialId, secret] of values) {
    const used = await owner.credentials.use.mutate({ id: credentialId, action: 'reveal' });
    expect(used.values).toEqual({ value: secret });
  }
  await owner.webhook.unbind.mutate();
  await checkLog(database.url, accountId);
  console.info(`interrupted with ${midway} of ${many} moved`);
}, 180_000);

test('the webhook is killed in the middle: the move says so, and goes on by itself when it is back', async () => {
  const { client, values, accountId, webhook: held } = await furnish();
  await client.webhook.switchMode.mutate({ mode: 'webhook' });
  for (;;) if ((await client.webhook.state.query()).held >= 10) break;
  await held.kill();
  await expect
    .poll(async () => (await client.webhook.state.query()).move?.error, { timeout: 30_000 })
    .toContain('webhook');
  await verifySomewhere(values, held);
  await held.restart();
  await waitForEnd(client);
  await verifySomewhere(values, held);
  expect(await client.webhook.state.query()).toMatchObject({ here: 0, held: many });
  await checkLog(database.url, accountId);
}, 120_000);

test('a webhook that does not give back keeps everything, and says how it would', async () => {
  const { client, values, webhook: held } = await furnish();
  await client.webhook.switchMode.mutate({ mode: 'webhook' });
  await waitForEnd(client);
  await held.restart({ WEBHOOK_RETURN: '' });
  await client.webhook.switchMode.mutate({ mode: 'platform' });
  await expect.poll(async () => (await client.webhook.state.query()).move?.error).toContain('WEBHOOK_RETURN=on');
  expect((await client.webhook.state.query()).held).toBe(many);
  await verifySomewhere(values, held);
  // Turned round in the middle of it.
  await client.webhook.switchMode.mutate({ mode: 'webhook' });
  await waitForEnd(client);
  expect(await client.webhook.state.query()).toMatchObject({ mode: 'webhook', held: many });
}, 120_000);
