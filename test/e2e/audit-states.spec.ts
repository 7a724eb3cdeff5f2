// Every state of the Audit Log page is designed, and no rule that a machine can check is broken in any, light or dark.

import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { Page } from '@playwright/test';
import { expectNoViolationsInThemes } from '../kit/axe.ts';
import { createClient } from '../kit/client.ts';
import { signUpInDashboard } from '../kit/dashboard.ts';
import { findFreePort } from '../kit/free-port.ts';
import { makeDraft } from '../kit/log-maker.ts';
import { signIn } from '../kit/people.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { expect, type Person, test } from './fixtures.ts';

/** Checks what stands there now, in both themes and at the narrowest and widest. */
async function expectWell(page: Page, state: string): Promise<void> {
  await expectNoViolationsInThemes(page, state);
  for (const width of [320, 1600, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${state} at ${width} px`).toBeLessThanOrEqual(0);
  }
}

async function fill(server: ServerProcess, person: Person): Promise<void> {
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  const run = { ...makeDraft(1), title: 'polling-bot' };
  await seedEvents(connection, person.accountId, 60, (n) => (n > 40 && n < 50 ? run : makeDraft(n)));
}

test('axe finds nothing in a full list, folded and open, and in the drawer', async ({
  server,
  signedIn,
  dashboard,
}) => {
  test.setTimeout(120_000);
  await fill(server, signedIn);
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: /^9 times in/ }).waitFor();
  await expectWell(page, 'folded');
  await page.getByRole('button', { name: /^9 times in/ }).click();
  await expectWell(page, 'open');
  await page.getByRole('row').nth(3).locator('[data-row]').click();
  await page.getByRole('dialog').waitFor();
  await expectWell(page, 'drawer');
});

for (const [state, path, words] of [
  ['by day', '/audit?group=day', 'Today,'],
  ['without a match', '/audit?services=nobody', 'No event matches'],
  ['before the log', '/audit?to=2020-01-01T00:00:00Z', 'The log did not exist yet'],
  ['at a lost link', '/audit?event=01980000-0000-7000-8000-0000000000ff', 'There is no such event'],
] as const) {
  test(`axe finds nothing ${state}`, async ({ server, signedIn, dashboard }) => {
    await fill(server, signedIn);
    const page = await dashboard(path);
    await page.getByText(words).waitFor();
    await expectWell(page, state);
  });
}

test('offline: the cache alone, said so, with nothing found too; the server’s return brings what is new', async ({
  browser_,
}) => {
  const folder = await makeTempDir();
  const variables = { KEYTRAIL_DATA_DIR: join(folder.path, 'data'), KEYTRAIL_PORT: String(await findFreePort()) };
  let server = await startServerProcess(variables);
  const email = 'list-offline@example.com';
  const page = await signUpInDashboard(browser_, server.url, email);
  const owner = createClient(server.url, await signIn(server.url, email));
  await owner.agents.create.mutate({ name: 'kept-bot' });
  await page.goto(browser_.toExtensionUrl('dashboard.html#/audit'));
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows.filter({ hasText: 'kept-bot' })).toHaveCount(1);
  await page.reload();
  await expect(page.getByText('Synced')).toBeVisible();

  await server.kill('SIGTERM');
  await expect(page.getByText('The server does not answer')).toBeVisible();
  await page.reload();
  await expect(page.getByText('The server does not answer')).toBeVisible();
  await expect(rows.filter({ hasText: 'kept-bot' })).toHaveCount(1);
  await expect(page.getByText('This is all that this browser keeps')).toBeVisible();
  await expectWell(page, 'offline');
  await page.goto(browser_.toExtensionUrl('dashboard.html#/audit?services=nobody'));
  await expect(page.getByText('Nothing that this browser keeps matches')).toBeVisible();
  await expectWell(page, 'offline without a match');
  await page.goto(browser_.toExtensionUrl('dashboard.html#/audit'));

  server = await startServerProcess(variables);
  await createClient(server.url, await signIn(server.url, email)).agents.create.mutate({ name: 'new-bot' });
  await expect(rows.filter({ hasText: 'new-bot' })).toHaveCount(1, { timeout: 20_000 });
  await expect(page.getByText('The server does not answer')).toHaveCount(0);
  await expect(page.getByText('The log begins here')).toBeVisible();
  await server.kill('SIGTERM');
  await folder.remove();
});
