// How long the popup takes from the start of its document to the frame that shows its rows, with 100,000 events in the
// cache: as a person opens it from the toolbar, again and again, with no filter and with one that few events pass. The
// cache is filled by the product's own sync from a real server. Nobody is attached to the popup while it opens.
//
// Somebody who is signed in has a worker that is alive, since it keeps the live connection; `cold` is the popup over a
// worker that was ended, for which the browser starts a process. Beside both stands when the document had been read: what
// came before is the browser's.

import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import type { Page } from '@playwright/test';
import { prepareExtension } from '../../server/bin/bootstrap.mjs';
import { launchBrowser } from '../kit/browser.ts';
import { createClient } from '../kit/client.ts';
import { signUp } from '../kit/people.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { evaluateUnwatched } from '../kit/unwatched-popup.ts';

const eventCount = 100_000;
const rowsShown = 50;
const rareRows = 5;
const restMs = 500;
const opens = Number(process.argv[2] ?? 40);

/** Longer than it takes; whatever takes longer still is waited for. */
const shownMs = 700;

const readOpening = `(async () => {
  const find = (name) => performance.getEntriesByName(name)[0]?.startTime;
  while (find('activity-shown') === undefined || find('first-contentful-paint') === undefined)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    documentMs: performance.getEntriesByType('navigation')[0].domInteractive,
    frameMs: find('activity-shown'),
    paintMs: find('first-contentful-paint'),
    shown: document.querySelectorAll('main [data-row]').length,
  };
})()`;

await prepareExtension();
const folder = await makeTempDir();
const server = await startServerProcess({ KEYTRAIL_DATA_DIR: join(folder.path, 'data') });
const browser = await launchBrowser(join(folder.path, 'profile'));
try {
  const { email, session } = await signUp(server.url);
  const client = createClient(server.url, session);
  const { accountId } = await client.account.me.query();
  const postgres = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(postgres.connection, accountId, eventCount, makeDraft);
  const syncMs = await fillCache({
    serverAddress: server.url,
    token: session,
    account: { accountId, name: 'Sam', email },
  });
  console.log(`the worker cached ${eventCount} events in ${Math.round(syncMs)} ms`);

  const over = await browser.context.newPage();
  await over.goto('about:blank');
  await measure(over, 5, rowsShown, false);
  const warm = await measure(over, opens, rowsShown, false);
  const cold = await measure(over, Math.ceil(opens / 2), rowsShown, true);
  await chooseRareService(over);
  const rare = await measure(over, opens, rareRows, false);
  const rareCold = await measure(over, Math.ceil(opens / 2), rareRows, true);
  const figures = {
    p95_ms: toPercentile(warm, 95),
    p95_ms_rare: toPercentile(rare, 95),
    p50_ms: toPercentile(warm, 50),
    p50_ms_rare: toPercentile(rare, 50),
    p95_ms_cold: toPercentile(cold, 95),
    p95_ms_cold_rare: toPercentile(rareCold, 95),
    p50_ms_cold: toPercentile(cold, 50),
    p50_ms_document: toPercentile(warm, 50, ({ documentMs }) => documentMs),
    p50_ms_document_cold: toPercentile(cold, 50, ({ documentMs }) => documentMs),
    p95_ms_painted: toPercentile(warm, 95, ({ paintMs }) => paintMs),
    p95_ms_painted_rare: toPercentile(rare, 95, ({ paintMs }) => paintMs),
    sync_ms: Math.round(syncMs),
  };
  console.log(JSON.stringify({ bench: 'popup', figures }));
} finally {
  await browser.close();
  await server.kill('SIGTERM');
  await (await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined })).stop();
  await folder.remove();
}

/** No two in a row alike, so that each is a row of its own; a few of a service that nothing else uses. */
function makeDraft(n: number): EventDraft {
  const isRare = n % (eventCount / rareRows) === 1234;
  const agent = n % 9;
  return {
    type: n % 13 === 0 ? 'policy_denied' : 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: n % 13 === 0 ? 'denied' : 'ok',
    title: `agent-${agent}`,
    service: isRare ? 'rare-service' : `service-${n % 31}`,
    agentId: `019aa000-0000-7000-8000-00000000000${agent}`,
    agentName: `agent-${agent}`,
    credentialId: `019aa000-0000-7000-8000-0000000001${String(n % 31).padStart(2, '0')}`,
    credentialLabel: 'main',
    fields: ['value'],
    client: 'nodejs',
    clientIp: `192.0.2.${n % 40}`,
    userAgent: 'node',
    ...(n % 13 === 0 ? { rule: 'grant_missing' } : {}),
  };
}

/** Signs the extension in and waits until its worker has synced. Answers how long that took. */
async function fillCache(record: object): Promise<number> {
  const page = await browser.context.newPage();
  await page.goto(browser.toExtensionUrl('popup.html'));
  const startedAt = performance.now();
  await page.evaluate(
    async ([session, cacheSize]) => {
      // @ts-expect-error: runs in the extension's page, where `chrome` is.
      await chrome.storage.local.set({ session: { ...session, notice: null }, cacheSize });
    },
    [record, eventCount] as const,
  );
  await page.getByText('Synced').waitFor({ timeout: 300_000 });
  const syncMs = performance.now() - startedAt;
  await page.close();
  return syncMs;
}

/** Opens the popup and chooses the filter in its menu; the popup remembers it. */
async function chooseRareService(over: Page): Promise<void> {
  const popup = await browser.openPopup(over);
  await popup.getByRole('button', { name: 'Filter by service' }).click();
  await popup.getByRole('menuitemcheckbox', { name: 'rare-service' }).click();
  await popup.waitForFunction((rows) => document.querySelectorAll('main [data-row]').length === rows, rareRows);
  await popup.close();
}

/** The times of so many opens, in ms from the start of the document's navigation. */
async function measure(over: Page, times: number, rows: number, killsWorker: boolean): Promise<Opening[]> {
  const taken: Opening[] = [];
  for (let turn = 0; turn < times; turn++) {
    if (killsWorker) await browser.killWorker();
    // Nobody opens it on the heels of the last time, and a worker falls asleep in a browser at rest.
    await new Promise((resolve) => setTimeout(resolve, restMs));
    taken.push(await open(over, rows));
  }
  console.log(
    `${rows} rows, worker ${killsWorker ? 'asleep' : 'alive'}: ${taken.map(({ frameMs, paintMs }) => `${Math.round(frameMs)}/${Math.round(paintMs)}`).join(' ')}`,
  );
  return taken;
}

interface Opening {
  /** To the end of the document's markup, before the first script of ours. */
  readonly documentMs: number;
  /** To the frame in which the rows exist, by the page's own mark. */
  readonly frameMs: number;
  /** To the moment at which the browser had painted that frame. */
  readonly paintMs: number;
}

async function open(over: Page, rows: number): Promise<Opening> {
  const { shown, ...opening } = await evaluateUnwatched<Opening & { shown: number }>(browser.context, over, {
    restMs: shownMs,
    expression: readOpening,
  });
  if (shown !== rows) throw new Error(`the popup shows ${shown} rows instead of ${rows}`);
  return opening;
}

function toPercentile(
  openings: readonly Opening[],
  percent: number,
  toMs: (opening: Opening) => number = ({ frameMs }) => frameMs,
): number {
  const sorted = openings.map(toMs).toSorted((left, right) => left - right);
  return Number((sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN).toFixed(1));
}
