// The list of the Audit Log page: folding, paging both ways, live events that move nothing, the keyboard, every state.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import type { Page } from '@playwright/test';
import { makeDraft } from '../kit/log-maker.ts';
import { seedEvents } from '../kit/seed-events.ts';
import type { ServerProcess } from '../kit/server-process.ts';
import { expect, type Person, test } from './fixtures.ts';

const alike = { ...makeDraft(1), title: 'polling-bot', service: 'github' };

/** Appends through the log's own append, beside the running server. */
async function seed(server: ServerProcess, person: Person, count: number, make: (n: number) => EventDraft = makeDraft) {
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(connection, person.accountId, count, make);
}

const rowsOf = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('cell') });

test('alike events are one row that opens and closes, by button and by key', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await seed(server, signedIn, 20, (n) => (n < 15 ? alike : makeDraft(n)));
  const page = await dashboard('/audit');
  const fold = page.getByRole('button', { name: /^15 times in/ });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  const polling = rowsOf(page).filter({ hasText: 'polling-bot' });
  await expect(polling).toHaveCount(1);
  await fold.click();
  await expect(polling).toHaveCount(15);
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  await fold.click();
  await expect(polling).toHaveCount(1);

  await polling
    .getByRole('button', { name: /polling-bot/ })
    .first()
    .focus();
  await page.keyboard.press('ArrowRight');
  await expect(polling).toHaveCount(15);
  await expect(polling.first().locator('[data-row]')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(polling).toHaveCount(1);
  await expect(polling.locator('[data-row]')).toBeFocused();
});

test('calls of one tool are one row with their answers, counted by the calls, that opens to each of them', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const call = {
    ...alike,
    action: 'inject',
    source: 'mcp_proxy',
    title: 'GitHub proxy',
    proxyId: '01980000-0000-7000-9000-0000000000aa',
    tool: 'search_issues',
  } as const;
  const answer = { ...call, action: 'result', upstreamStatus: 200, bytes: 9 } as const;
  await seed(server, signedIn, 12, (n) => (n % 2 === 0 ? call : answer));
  await seed(server, signedIn, 1, () => ({ ...call, tool: 'get_issue' }));
  const page = await dashboard('/audit');
  const calls = rowsOf(page).filter({ hasText: 'GitHub proxy' });
  await expect(calls).toHaveCount(2);
  await expect(calls.nth(0)).toContainText('called get_issue');
  await expect(calls.nth(1)).toContainText('called search_issues');
  const fold = page.getByRole('button', { name: /^6 times in/ });
  await fold.click();
  await expect(calls).toHaveCount(13);
  await expect(calls.nth(1)).toContainText('search_issues answered 200');
  await expect(calls.nth(2)).toContainText('called search_issues');
  await calls.nth(2).locator('[data-row]').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(calls).toHaveCount(2);
  await expect(calls.nth(1).locator('[data-row]')).toBeFocused();
});

test('down to the oldest of 3,000 events and up again: each once, in order, over the end of the local copy', async ({
  server,
  signedIn,
  dashboard,
  browser_,
}) => {
  // Scrolling over thousands of rows takes its time where two cores do everything.
  test.slow();
  const [worker] = browser_.context.serviceWorkers();
  // @ts-expect-error: runs in the worker, where `chrome` is.
  await worker?.evaluate(() => chrome.storage.local.set({ cacheSize: 1000 }));
  await seed(server, signedIn, 3_000, (n) => ({ ...makeDraft(n), title: `number ${n}` }));
  const page = await dashboard('/audit');
  await expect(page.getByText('Synced')).toBeVisible();
  await page.reload();
  await expect(rowsOf(page).first()).toContainText('number 2999');
  await collectRows(page);
  await page.mouse.move(640, 500);

  await scrollUntil(page, 450, () => page.getByText('The log begins here').isVisible());
  const goingDown = await takeRows(page);
  expect(goingDown.seen).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  expect(goingDown.disorder).toEqual([]);
  expect(goingDown.seam).toBe(true);
  expect(goingDown.held).toBeLessThan(120);

  await scrollUntil(page, -450, () => page.evaluate(() => scrollY === 0));
  await expect(rowsOf(page).first()).toContainText('number 2999');
  const goingUp = await takeRows(page);
  expect(goingUp.seen).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  expect(goingUp.disorder).toEqual([]);
});

/** Notes every row that is drawn, and whether the rows on the screen ever stand in another order than the log's. */
async function collectRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const notes = { seen: new Set<number>(), disorder: new Set<string>(), seam: false, held: 0 };
    Object.assign(window, { notes });
    const look = () => {
      const rows = [...document.querySelectorAll('tbody tr')]
        .map((row) => ({ top: row.getBoundingClientRect().top, text: row.textContent ?? '' }))
        .sort((left, right) => left.top - right.top);
      notes.held = Math.max(notes.held, rows.length);
      notes.seam ||= rows.some(({ text }) => text.includes('copy ends here'));
      let above: number | undefined;
      for (const { top, text } of rows) {
        const number = /number (\d+)/.exec(text)?.[1];
        if (number === undefined) continue;
        notes.seen.add(Number(number));
        // Rows drawn for the keyboard alone stand apart.
        const onScreen = top > -200 && top < innerHeight + 200;
        if (onScreen && above !== undefined && above !== Number(number) + 1) notes.disorder.add(`${above} ${number}`);
        above = onScreen ? Number(number) : undefined;
      }
      requestAnimationFrame(look);
    };
    look();
  });
}

async function takeRows(page: Page) {
  return await page.evaluate(() => {
    // @ts-expect-error: put there by collectRows.
    const { notes } = window;
    const taken = {
      seen: [...notes.seen].sort((left, right) => left - right),
      disorder: [...notes.disorder],
      seam: notes.seam,
      held: notes.held,
    };
    notes.seen.clear();
    notes.disorder.clear();
    return taken;
  });
}

/** Turns the wheel notch by notch, each when the one before has been drawn: two in one frame would skip rows. */
async function scrollUntil(page: Page, deltaY: number, done: () => Promise<boolean>): Promise<void> {
  for (let notch = 0; notch < 2_000; notch++) {
    const from = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, deltaY);
    const hasMoved = await page.evaluate(async (before) => {
      const endsAt = performance.now() + 1_000;
      while (scrollY === before && performance.now() < endsAt) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return scrollY !== before;
    }, from);
    if ((!hasMoved || notch % 10 === 0) && (await done())) return;
  }
  throw new Error('the end was not reached');
}

test('a live event moves nothing that is being read; the pill counts it and leads to it', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await seed(server, signedIn, 300);
  const page = await dashboard('/audit');
  await expect(page.getByText('Live').filter({ visible: true })).toBeVisible();
  await expect(rowsOf(page).nth(10)).toBeVisible();
  await page.mouse.move(640, 500);
  await page.mouse.wheel(0, 1_500);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(1_500);
  await page.evaluate(() => watchPlace());
  const pill = page.getByRole('button', { name: /new event/ });
  for (const count of [1, 2, 3]) {
    await signedIn.client.agents.create.mutate({ name: `late ${count}` });
    await expect(pill).toHaveText(`${count} new event${count === 1 ? '' : 's'}`);
  }
  // @ts-expect-error: put there by watchPlace.
  expect(await page.evaluate(() => window.movedPx)).toBeLessThanOrEqual(0.5);
  await pill.click();
  await expect(rowsOf(page).first()).toContainText('late 3');
  await expect(rowsOf(page).first()).toBeInViewport();
  await expect(pill).toHaveCount(0);
});

test('what the reader has opened stays where it is as events arrive, at the top of the page too', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await seed(server, signedIn, 40, (n) => (n > 30 ? alike : makeDraft(n)));
  const page = await dashboard('/audit');
  await expect(page.getByText('Live').filter({ visible: true })).toBeVisible();
  await page.getByRole('button', { name: /^9 times in/ }).click();
  await expect(rowsOf(page).filter({ hasText: 'polling-bot' })).toHaveCount(9);
  await page.evaluate(() => watchPlace());
  await signedIn.client.agents.create.mutate({ name: 'late' });
  await expect(rowsOf(page).filter({ hasText: 'late' })).toHaveCount(1);
  await seed(server, signedIn, 1, () => alike);
  await expect(rowsOf(page).filter({ hasText: 'polling-bot' })).toHaveCount(10);
  // @ts-expect-error: put there by watchPlace.
  expect(await page.evaluate(() => window.movedPx)).toBeLessThanOrEqual(0.5);
});

declare const watchPlace: () => void;

test.beforeEach(async ({ browser_ }) => {
  await browser_.context.addInitScript(() => {
    /** How far the row in the middle of the screen has moved in any frame that was drawn since. */
    Object.assign(window, {
      movedPx: 0,
      watchPlace() {
        const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr');
        const id = row?.querySelector<HTMLElement>('[data-row]')?.dataset.row;
        const toTop = () => document.querySelector(`[data-row="${id}"]`)?.getBoundingClientRect().top;
        const start = toTop() ?? Number.NaN;
        const look = () => {
          const moved = Math.abs((toTop() ?? Number.POSITIVE_INFINITY) - start);
          Object.assign(window, { movedPx: Math.max(Reflect.get(window, 'movedPx'), moved) });
          requestAnimationFrame(look);
        };
        look();
      },
    });
  });
});

test('the keyboard reaches every row, and the focus is never lost', async ({ server, signedIn, dashboard }) => {
  await seed(server, signedIn, 700, (n) => ({ ...makeDraft(n), title: `number ${n}.` }));
  const page = await dashboard('/audit');
  const focused = page.locator('tr:has([data-row]:focus)');
  await expect(rowsOf(page).first()).toContainText('number 699.');
  await rowsOf(page).first().locator('[data-row]').focus();
  await page.keyboard.press('ArrowDown');
  await expect(focused).toContainText('number 698.');
  await page.keyboard.press('PageDown');
  await expect(focused).toBeInViewport();
  await expect(focused).not.toContainText('number 698.');
  for (let press = 0; press < 60; press++) await page.keyboard.press('ArrowDown');
  await expect(focused).toBeInViewport();
  const before = await focused.textContent();
  await page.mouse.move(640, 500);
  for (let notch = 0; notch < 30; notch++) await page.mouse.wheel(0, 600);
  await expect(focused).toHaveText(before ?? '');
  await expect(focused).not.toBeInViewport();
  await page.keyboard.press('ArrowUp');
  await expect(focused).toBeInViewport();
  await page.keyboard.press('End');
  await expect(page.getByText('The log begins here')).toBeVisible();
  await expect(focused).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(focused).toContainText('number 699.');
  await expect(focused).toBeInViewport();
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', /-1|\d+/);
  await expect(focused).toHaveAttribute('aria-rowindex', '2');
});
