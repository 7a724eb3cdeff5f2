// How long an event takes from its commit on one node to its row in a dashboard that another node feeds: real Chromium,
// the built extension, the audit log open, one event at a time. Both clocks are this machine's.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from '@keytrail/server/app';
import { append } from '@keytrail/server/audit/append';
import { readConfig } from '@keytrail/server/base/config';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { createLog } from '@keytrail/server/base/log';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import type { EventDraft } from '@keytrail/shared/event';
import type { Page } from '@playwright/test';
import { prepareExtension } from '../../server/bin/bootstrap.mjs';
import { launchBrowser } from '../kit/browser.ts';
import { createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { toKeySources } from '../kit/key-sources.ts';
import { signUp } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

const eventCount = Number(process.argv[2] ?? 200);
/** Calm: each event is long seen before the next. */
const everyMs = 120;

await prepareExtension();
const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({
  dataDir: folder.path,
  log: () => undefined,
  loopbackPort: await findFreePort(),
});
await migrateDatabase(postgres.connection);
const masterKey = randomBytes(32);
// Node A, in this process: the moment at which its append resolves is known here.
const config = readConfig({ KEYTRAIL_PORT: '0', KEYTRAIL_LOG_LEVEL: 'silent', KEYTRAIL_DATA_DIR: folder.path });
const nodeA = await startApp({
  config,
  log: createLog(config),
  target: postgres.connection,
  keys: toKeySources(masterKey),
});
const nodeB = await startNodeB();
const browser = await launchBrowser(join(folder.path, 'profile'));
try {
  const { email, session } = await signUp(nodeB.url);
  const { accountId } = await createClient(nodeB.url, session).account.me.query();
  const page = await openLog({ serverAddress: nodeB.url, token: session, account: { accountId, name: 'Sam', email } });
  await record(accountId, 10, 'warm-up');
  await seeRow(page, 'warm-up-9');
  const committedAt = await record(accountId, eventCount, 'live');
  await seeRow(page, `live-${eventCount - 1}`);
  const shownAt = await page.evaluate(() => Object.entries(globalThis.keytrailShownAt));
  const latencies = shownAt.flatMap(([title, atMs]) => {
    const committed = committedAt.get(title);
    return committed === undefined ? [] : [atMs - committed];
  });
  if (latencies.length !== eventCount) throw new Error(`${latencies.length} of ${eventCount} events were seen`);
  const figures = {
    p95_ms: toPercentile(latencies, 95),
    p50_ms: toPercentile(latencies, 50),
    p99_ms: toPercentile(latencies, 99),
    max_ms: toPercentile(latencies, 100),
  };
  console.log(JSON.stringify({ bench: 'live', figures }));
} finally {
  await browser.close();
  await nodeB.kill('SIGTERM');
  await nodeA.stop();
  await postgres.stop();
  await folder.remove();
}

declare global {
  /** In the page: when the row with a title was first in a frame, by the wall clock. */
  var keytrailShownAt: Record<string, number>;
}

/** A process of its own. */
function startNodeB() {
  return startServerProcess({
    DATABASE_URL: postgres.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_MASTER_KEY: `1:${masterKey.toString('base64')}`,
  });
}

/** Opens the audit log of this account and notes there when each row is first in a frame. */
async function openLog(record: object): Promise<Page> {
  const page = await browser.context.newPage();
  // Not on the dashboard, which would lead whoever has just signed in back to where they were.
  await page.goto(browser.toExtensionUrl('popup.html'));
  await page.evaluate(async (session) => {
    // @ts-expect-error: runs in the extension's page, where `chrome` is.
    await chrome.storage.local.set({ session: { ...session, notice: null } });
  }, record);
  await page.goto(browser.toExtensionUrl('dashboard.html#/audit'));
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.evaluate(() => {
    globalThis.keytrailShownAt = {};
    // In the frame that shows what was changed.
    new MutationObserver(() =>
      requestAnimationFrame(() => {
        for (const row of document.querySelectorAll('[data-row]')) {
          const title = row.getAttribute('title') ?? row.textContent ?? '';
          const name = /(?:live|warm-up)-\d+/.exec(title)?.[0];
          if (name !== undefined) globalThis.keytrailShownAt[name] ??= Date.now();
        }
      }),
    ).observe(document.body, { childList: true, subtree: true });
  });
  return page;
}

/** Appends one event after another on node A; answers when each append had resolved. */
async function record(accountId: string, count: number, name: string): Promise<Map<string, number>> {
  const committedAt = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const title = `${name}-${index}`;
    await append(nodeA.ctx, accountId, makeDraft(title, index));
    committedAt.set(title, Date.now());
    await sleep(everyMs);
  }
  return committedAt;
}

/** No two in a row alike, so that none folds into another. */
function makeDraft(title: string, index: number): EventDraft {
  return {
    type: 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: 'ok',
    title,
    service: index % 2 === 0 ? 'github' : 'openai',
    client: 'nodejs',
    clientIp: '192.0.2.1',
  };
}

async function seeRow(page: Page, title: string): Promise<void> {
  await page.waitForFunction((name) => globalThis.keytrailShownAt[name] !== undefined, title, { timeout: 20_000 });
}

function toPercentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
}
