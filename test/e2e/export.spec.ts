// The export from the Audit Log page: the file holds what the list shows; it can be cancelled; a broken one is no file.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import type { Page } from '@playwright/test';
import { createClient } from '../kit/client.ts';
import { signUpInDashboard } from '../kit/dashboard.ts';
import { signIn, signUp } from '../kit/people.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { expect, putSession, test } from './fixtures.ts';

const draft = (n: number): EventDraft => ({
  type: n % 4 === 0 ? 'policy_denied' : 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: n % 4 === 0 ? 'denied' : 'ok',
  title: n % 8 === 0 ? '=1+1' : 'deploy-bot',
  service: 'github',
  reason: 'r'.repeat(400),
  ...(n % 4 === 0 ? { rule: 'grant_missing' as const } : {}),
});

async function seed(server: ServerProcess, accountId: string, count: number) {
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(connection, accountId, count, draft);
}

async function startExport(page: Page, format: string) {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('menuitem', { name: format }).click();
}

/** So slow that a person could press Cancel. */
async function slowDown(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const conditions = { offline: false, latency: 0, downloadThroughput: 400_000, uploadThroughput: -1 };
  await cdp.send('Network.emulateNetworkConditions', conditions);
}

const storedFiles = (page: Page) =>
  page.evaluate(async () => {
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('exports', { create: true });
    for await (const name of folder.keys()) names.push(name);
    return names;
  });

test('the file holds what the filter shows, and the export is in the log', async ({ server, signedIn, dashboard }) => {
  await seed(server, signedIn.accountId, 1500);
  const page = await dashboard('/audit?types=policy_denied');
  const listed: unknown[] = [];
  for (let before: string | undefined; ; ) {
    const filter = { types: ['policy_denied' as const] };
    const answer = await signedIn.client.audit.list.query({ filter, limit: 200, ...(before && { before }) });
    listed.push(...answer.events);
    if (answer.before === null) break;
    before = answer.before;
  }
  for (const [format, ending] of [
    ['JSON Lines', 'jsonl'],
    ['CSV', 'csv'],
  ] as const) {
    const downloading = page.waitForEvent('download');
    await startExport(page, format);
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^keytrail-audit-\\d{4}-\\d\\d-\\d\\d\\.${ending}$`));
    const text = await readFile(await download.path(), 'utf8');
    if (format === 'JSON Lines') {
      expect(
        text
          .trimEnd()
          .split('\n')
          .map((row): unknown => JSON.parse(row)),
      ).toEqual(listed);
    } else {
      expect(text.trimEnd().split('\r\n')).toHaveLength(listed.length + 1);
      expect(text).toContain(",'=1+1,");
    }
    await expect(page.getByText(`375 events exported to ${download.suggestedFilename()}`).first()).toBeVisible();
  }
  const changes = await signedIn.client.audit.list.query({ filter: { types: ['vault_change'] }, limit: 10 });
  const exports = changes.events.filter(({ action }) => action === 'export');
  expect(exports.map(({ count, client }) => [count, client])).toEqual([
    [375, 'browser'],
    [375, 'browser'],
  ]);
});

test('progress shows, cancelling stops it, and nothing is left on disk', async ({ server, signedIn, dashboard }) => {
  await seed(server, signedIn.accountId, 12_000);
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  await slowDown(page);
  await startExport(page, 'JSON Lines');
  const progress = page.getByRole('progressbar', { name: 'Export of the log' });
  await expect(progress).toHaveAttribute('aria-valuetext', /^[1-9][\d,]* of 12,001 events exported$/);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(progress).toBeInViewport({ ratio: 1 });
  }
  // It goes on while another page is open.
  await page.getByRole('link', { name: 'Vault', exact: true }).click();
  await page.getByRole('link', { name: 'Audit Log', exact: true }).click();
  await expect(progress).toBeVisible();
  expect(await storedFiles(page)).not.toEqual([]);
  await page.getByRole('button', { name: 'Cancel export' }).click();
  await expect(progress).toHaveCount(0);
  await expect.poll(() => storedFiles(page)).toEqual([]);
  await expect(page.getByRole('button', { name: 'Export', exact: true })).toBeFocused();
});

test('an export ends with its session: the next account finds neither it nor a file', async ({
  server,
  browser_,
  signedIn,
  dashboard,
}) => {
  await seed(server, signedIn.accountId, 12_000);
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  // A whole one first: its file is kept for a while, for the browser to copy.
  const downloading = page.waitForEvent('download');
  await startExport(page, 'CSV');
  await (await downloading).path();
  await slowDown(page);
  await startExport(page, 'JSON Lines');
  const progress = page.getByRole('progressbar', { name: 'Export of the log' });
  await expect(progress).toHaveAttribute('aria-valuetext', /^[1-9]/);
  expect(await storedFiles(page)).not.toEqual([]);

  const settings = await dashboard('/settings');
  await settings.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await expect(page).toHaveURL(/#\/welcome/);
  await expect.poll(() => storedFiles(settings)).toEqual([]);

  const { email, session } = await signUp(server.url);
  const client = createClient(server.url, session);
  const { accountId } = await client.account.me.query();
  await putSession(browser_, server.url, { email, session, client, accountId });
  await page.getByRole('link', { name: 'Audit Log', exact: true }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  await expect(page.getByRole('region', { name: 'Export of the log' })).toHaveCount(0);
});

test('a server that dies under an export: no file, and a sentence that says so', async ({ browser_ }) => {
  const folder = await makeTempDir();
  const server = await startServerProcess({ KEYTRAIL_DATA_DIR: join(folder.path, 'data') });
  const email = 'export@example.com';
  const page = await signUpInDashboard(browser_, server.url, email);
  const { accountId } = await createClient(server.url, await signIn(server.url, email)).account.me.query();
  await seed(server, accountId, 12_000);
  await page.getByRole('link', { name: 'Audit Log', exact: true }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor();
  await slowDown(page);
  await startExport(page, 'CSV');
  const progress = page.getByRole('progressbar', { name: 'Export of the log' });
  await expect(progress).toHaveAttribute('aria-valuetext', /^[1-9]/);
  // Asked to stop, it would finish what is in flight.
  await server.kill('SIGKILL');
  const ended = page.getByRole('region', { name: 'Export of the log' });
  // What has reached the browser by then still comes in as slowly.
  await expect(ended.getByRole('alert')).toContainText('broke off before it was whole', { timeout: 30_000 });
  expect(await storedFiles(page)).toEqual([]);
  await ended.getByRole('button', { name: 'Try again' }).click();
  await expect(ended.getByRole('alert')).toContainText('cannot be reached');
  await ended.getByRole('button', { name: 'Dismiss' }).click();
  await expect(ended).toHaveCount(0);
  await (await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined })).stop();
  await folder.remove();
});
