// The details of an event: every field, the way to its neighbours, what belongs to it, and links that outlive it.

import { connect } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { mintUuid } from '@keytrail/shared/ids';
import { makeDraft } from '../kit/log-maker.ts';
import { createPolicy } from '../kit/policies.ts';
import { seedEvents } from '../kit/seed-events.ts';
import type { ServerProcess } from '../kit/server-process.ts';
import { expect, test } from './fixtures.ts';

const toDatabase = async (server: ServerProcess) =>
  (await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined })).connection;

test('Up and Down walk through every event, folded ones and the next page included', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const make = (n: number) => ({ ...makeDraft(n % 10 < 3 ? 7 : n), reason: `number ${n}.` });
  await seedEvents(await toDatabase(server), signedIn.accountId, 260, make);
  const page = await dashboard('/audit');
  const newest = page.getByRole('row').nth(1);
  await expect(newest).toContainText('number 259.');
  await newest.locator('[data-row]').press('Enter');
  const drawer = page.getByRole('dialog');
  for (let n = 259; n > 130; n--) {
    await expect(drawer).toContainText(`number ${n}.`);
    await page.keyboard.press('ArrowDown');
  }
  await expect(drawer).toContainText('number 130.');
  await page.keyboard.press('ArrowUp');
  await expect(drawer).toContainText('number 131.');
  await page.reload();
  await expect(drawer).toContainText('number 131.');
  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await expect(page).not.toHaveURL(/event=/);
  await expect(page.locator('tr:has(:focus)').or(page.locator('#content:focus'))).toHaveCount(1);
});

test('an event in the address opens though the list is far from it; its neighbours are a key away', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const make = (n: number) => ({ ...makeDraft(n), reason: `number ${n}.` });
  await seedEvents(await toDatabase(server), signedIn.accountId, 900, make);
  const { events } = await signedIn.client.audit.since.query({ from: 41, limit: 1 });
  const page = await dashboard(`/audit?event=${events[0]?.id}`);
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText('number 40.');
  await page.keyboard.press('ArrowDown');
  await expect(drawer).toContainText('number 39.');
  await page.keyboard.press('ArrowUp');
  await expect(drawer).toContainText('number 40.');
  await page.keyboard.press('ArrowUp');
  await expect(drawer).toContainText('number 41.');
});

test('what belongs together stands in order, the one that is open is marked, and each opens', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const shared = { ...makeDraft(1), correlationId: mintUuid(Date.now(), (count) => new Uint8Array(count).fill(7)) };
  await seedEvents(await toDatabase(server), signedIn.accountId, 3, (n) => {
    if (n === 0) return { ...shared, title: 'Asked' };
    if (n === 1) return { ...shared, type: 'token_refresh', source: 'system', title: 'Token refreshed' };
    return { ...shared, source: 'mcp_proxy', title: 'GitHub proxy' };
  });
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: /Token refreshed/ }).click();
  const drawer = page.getByRole('dialog');
  const related = drawer.getByRole('list').last().getByRole('button');
  await expect(related).toHaveText([/Asked/, /Token refreshed/, /GitHub proxy/]);
  await expect(related.nth(1)).toHaveAttribute('aria-current', 'true');
  await related.nth(0).click();
  await expect(drawer.getByRole('heading', { name: 'Asked' })).toBeVisible();
  await expect(related.nth(0)).toHaveAttribute('aria-current', 'true');
});

test('a field leads to the events that share it', async ({ server, signedIn, dashboard }) => {
  await seedEvents(await toDatabase(server), signedIn.accountId, 30, makeDraft);
  const links = [
    ['Agent', /agents=/],
    ['Service', /services=/],
    ['IP', /ips=/],
  ] as const;
  for (const [name, address] of links) {
    const page = await dashboard('/audit?types=agent_access');
    await page.getByRole('row').nth(1).locator('[data-row]').click();
    await page.getByRole('link', { name: `All events with ${name}:` }).click();
    await expect(page).toHaveURL(address);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.close();
  }
});

test('policies are named, one that was removed by its id, and each that only observed stands with its rule', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const kept = await createPolicy(signedIn, [{ type: 'rate_limit', uses: 10, per: 'hour', counts: 'agent' }]);
  const removed = mintUuid(Date.now(), (count) => new Uint8Array(count).fill(5));
  await seedEvents(await toDatabase(server), signedIn.accountId, 1, () => ({
    ...makeDraft(1),
    title: 'judged-bot',
    policyIds: [kept.id, removed],
    observedPolicyIds: [removed, kept.id],
    observedRules: ['time_window', 'rate_limit'],
  }));
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: /judged-bot/ }).click();
  const policies = page.getByRole('dialog').getByRole('list');
  await expect(policies.nth(0).getByRole('listitem')).toHaveText([kept.name, removed]);
  const observed = policies.nth(1).getByRole('listitem');
  await expect(observed.nth(0)).toContainText(removed);
  await expect(observed.nth(0)).toContainText('time_window');
  await expect(observed.nth(1)).toContainText(kept.name);
  await expect(observed.nth(1)).toContainText('rate_limit');
});

test('the whole event can be copied', async ({ server, signedIn, dashboard, browser_ }) => {
  await browser_.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await seedEvents(await toDatabase(server), signedIn.accountId, 1, () => ({ ...makeDraft(1), title: 'copied-bot' }));
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: /copied-bot/ }).click();
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  const { events } = await signedIn.client.audit.list.query({ limit: 1 });
  expect(copied).toEqual(events[0]);
});

test('a link to what is not there, or no longer there, says so', async ({ server, signedIn, dashboard }) => {
  const database = await toDatabase(server);
  await seedEvents(database, signedIn.accountId, 3, makeDraft);
  const { events } = await signedIn.client.audit.list.query({ limit: 1 });
  const never = mintUuid(Date.now(), (count) => new Uint8Array(count).fill(3));
  const page = await dashboard(`/audit?event=${never}`);
  await expect(page.getByRole('dialog')).toContainText('There is no such event');
  await page.close();

  const sql = connect(database, { max: 1 });
  const leaves = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass`;
  for (const { name } of leaves) await sql.unsafe(`drop table ${name}`);
  await sql`select ensure_event_partitions(3)`;
  await sql.end();
  await signedIn.client.agents.create.mutate({ name: 'later' });

  const aged = await dashboard(`/audit?event=${events[0]?.id}`);
  await expect(aged.getByRole('dialog')).toContainText('This event has aged out');
  const past = await dashboard('/audit?to=2026-01-01T00:00:00Z');
  await expect(past.getByText('These events have aged out')).toBeVisible();
});
