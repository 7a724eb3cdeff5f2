// Whether the audit log scrolls as smoothly as this machine can: 100,000 cached events, the page scrolled by so much with every
// frame, down and up again. Beside it, by turns, a page of the same look whose rows only stand there. `fps_ratio` is what the log
// reaches of that page's frames a second; `bare_frames` counts frames in which a part of the screen had no row.

import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { Page } from '@playwright/test';
import { prepareExtension } from '../../server/bin/bootstrap.mjs';
import { launchBrowser } from '../kit/browser.ts';
import { createClient } from '../kit/client.ts';
import { makeDraft } from '../kit/log-maker.ts';
import { signUp } from '../kit/people.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

const eventCount = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 5);
const secondsPerSlice = 4;
/** Half a screen in a fifth of a second: as fast as rows can still be told apart. */
const pixelsPerSecond = 2400;
/** More than can be scrolled past in one slice. */
const copiesShown = 20;

await prepareExtension();
const folder = await makeTempDir();
const server = await startServerProcess({ KEYTRAIL_DATA_DIR: join(folder.path, 'data') });
const browser = await launchBrowser(join(folder.path, 'profile'));
try {
  const { email, session } = await signUp(server.url);
  const { accountId } = await createClient(server.url, session).account.me.query();
  const postgres = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(postgres.connection, accountId, eventCount, makeDraft);
  const log = await openLog({ serverAddress: server.url, token: session, account: { accountId, name: 'Sam', email } });
  const still = await openCopy(log);
  const slices: { log: Slice; still: Slice }[] = [];
  for (let round = 0; round < rounds; round++) {
    // Down in one round, up again in the next.
    const speed = round % 2 === 0 ? pixelsPerSecond : -pixelsPerSecond;
    const slice = { still: await scroll(still, speed), log: await scroll(log, speed) };
    slices.push(slice);
    console.log(`round ${round + 1}: log ${toWords(slice.log)}; still ${toWords(slice.still)}`);
  }
  const frames = slices.flatMap(({ log: { frameMs } }) => frameMs);
  const figures = {
    fps_ratio: median(slices.map((slice) => toFps(slice.log) / toFps(slice.still))),
    fps: median(slices.map(({ log: slice }) => toFps(slice))),
    fps_still: median(slices.map(({ still: slice }) => toFps(slice))),
    frame_p95_ms: frames.toSorted((one, other) => one - other)[Math.floor(frames.length * 0.95)] ?? Number.NaN,
    bare_frames: slices.reduce((sum, { log: { bare } }) => sum + bare, 0),
    frames: frames.length,
  };
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))]));
  console.log(JSON.stringify({ bench: 'scroll', figures: rounded }));
} finally {
  await browser.close();
  await server.kill('SIGTERM');
  await (await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined })).stop();
  await folder.remove();
}

interface Slice {
  /** How long each frame took, in ms. */
  readonly frameMs: readonly number[];
  readonly bare: number;
}

/** Signs the extension in, waits until its worker has cached everything, and opens the audit log. */
async function openLog(record: object): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(browser.toExtensionUrl('dashboard.html#/settings'));
  await page.evaluate(
    async ([session, cacheSize]) => {
      // @ts-expect-error: runs in the extension's page, where `chrome` is.
      await chrome.storage.local.set({ session: { ...session, notice: null }, cacheSize });
    },
    [record, eventCount] as const,
  );
  await page
    .getByText(/^Synced/)
    .first()
    .waitFor({ timeout: 300_000 });
  await page.getByRole('link', { name: 'Audit Log', exact: true }).click();
  await page.locator('tbody tr').first().waitFor();
  return page;
}

/** The log's own elements and style without its code: the rows it has drawn, again and again, one below the other. */
async function openCopy(log: Page): Promise<Page> {
  const html = await log.evaluate(() => document.documentElement.outerHTML);
  const page = await browser.context.newPage();
  await page.goto(browser.toExtensionUrl('popup.html'));
  await page.evaluate(
    ([source, copies]) => {
      const { head, body } = new DOMParser().parseFromString(source, 'text/html');
      for (const script of head.querySelectorAll('script')) script.remove();
      document.head.replaceChildren(...head.children);
      document.body.replaceChildren(...body.children);
      const table = document.querySelector<HTMLElement>('tbody');
      if (table === null) throw new Error('the audit log shows no table');
      const rows = [...table.querySelectorAll<HTMLElement>('tr')];
      for (const row of rows) row.style.cssText = 'position: static';
      table.style.height = 'auto';
      for (let copy = 1; copy < copies; copy++) table.append(...rows.map((row) => row.cloneNode(true)));
    },
    [html, copiesShown] as const,
  );
  return page;
}

/** Scrolls on with every frame for so long. */
async function scroll(page: Page, speed: number): Promise<Slice> {
  await page.bringToFront();
  // No function in it has a name: what this process's loader adds to named ones does not exist in the page.
  return page.evaluate(
    async ([pixelsPerMs, durationMs]) => {
      const frameMs: number[] = [];
      let bare = 0;
      const startedAt = await new Promise<number>(requestAnimationFrame);
      for (let lastAt = startedAt; lastAt - startedAt < durationMs; ) {
        const at = await new Promise<number>(requestAnimationFrame);
        frameMs.push(at - lastAt);
        scrollBy({ top: pixelsPerMs * (at - lastAt), behavior: 'instant' });
        lastAt = at;
        const places = [0.4, 0.6, 0.95].map((place) => document.elementFromPoint(innerWidth / 2, innerHeight * place));
        if (places.some((element) => element?.closest('tbody tr') == null)) bare += 1;
      }
      return { frameMs, bare };
    },
    [speed / 1000, secondsPerSlice * 1000] as const,
  );
}

function toFps({ frameMs }: Slice): number {
  return frameMs.length / (frameMs.reduce((sum, ms) => sum + ms, 0) / 1000);
}

function toWords(slice: Slice): string {
  return `${toFps(slice).toFixed(1)} fps, longest frame ${Math.max(...slice.frameMs).toFixed(0)} ms, ${slice.bare} bare`;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
