// The popup by keyboard and by hand: its filter, what it remembers, what the badge counted, and its ways into the log.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { Page } from '@playwright/test';
import type { Browser } from '../kit/browser.ts';
import { createClient } from '../kit/client.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { expect, type Person, test } from './fixtures.ts';

async function makeActivity(person: Person, url: string) {
  const token = await person.client.credentials.create.mutate({
    kind: 'token',
    service: 'github',
    label: 'main',
    secret: { value: 'x' },
  });
  const { agent, key } = await person.client.agents.create.mutate({ name: 'deploy-bot' });
  await person.client.grants.create.mutate({ agentId: agent.id, credentialId: token.id });
  const bot = createClient(url, key);
  await bot.agent.credential.mutate({ service: 'github' });
  const deny = () => bot.agent.credential.mutate({ service: 'nowhere' }).catch(() => {});
  await deny();
  return { deny };
}

const rows = (popup: Page) => popup.getByRole('list', { name: 'Events' }).getByRole('listitem');

async function openOverBlank(browser: Browser, page?: Page) {
  const over = page ?? (await browser.context.newPage());
  return { over, popup: await browser.openPopup(over) };
}

test('by keyboard: filter, “All” takes every filter back, and the filter is there again at the next opening', async ({
  server,
  signedIn,
  browser_,
}) => {
  await makeActivity(signedIn, server.url);
  const { over, popup } = await openOverBlank(browser_);
  await expect(rows(popup).filter({ hasText: 'deploy-bot' })).not.toHaveCount(0);
  const all = popup.getByRole('button', { name: 'All', exact: true });
  await expect(all).toHaveAttribute('aria-pressed', 'true');
  await popup.keyboard.press('/');
  await expect(all).toBeFocused();
  await popup.getByRole('button', { name: 'Filter by source' }).focus();
  await popup.keyboard.press('Enter');
  await popup.getByRole('menuitemcheckbox', { name: 'Agent', exact: true }).press('Enter');
  await popup.keyboard.press('Escape');
  await expect(rows(popup)).toHaveCount(2);
  await expect(all).toHaveAttribute('aria-pressed', 'false');
  await popup.close();

  const { popup: again } = await openOverBlank(browser_, over);
  await expect(rows(again)).toHaveCount(2);
  await again.getByRole('button', { name: 'All', exact: true }).press('Enter');
  await expect(rows(again)).not.toHaveCount(2);
  await expect(again.getByRole('button', { name: 'Filter by source' })).toBeVisible();
  expect(await again.getByRole('region').count()).toBe(1);
});

test('the badge counts denials that nobody has seen; the popup says so, shows them, and the badge is gone', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { deny } = await makeActivity(signedIn, server.url);
  const { over, popup } = await openOverBlank(browser_);
  await expect(popup.getByRole('contentinfo')).toContainText('Synced');
  await expect.poll(() => readBadge(browser_)).toBe('');
  await popup.close();
  await deny();
  await deny();
  await syncToBadge(browser_, '2');

  const { popup: again } = await openOverBlank(browser_, over);
  await expect(again.getByText('2 denials since you last looked')).toBeVisible();
  await expect.poll(() => readBadge(browser_)).toBe('');
  await again.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(again.getByRole('button', { name: 'Denied', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await expect(again.getByText('since you last looked')).toHaveCount(0);
});

test('a denial that the filter hides is announced all the same before the badge forgets it', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { deny } = await makeActivity(signedIn, server.url);
  const { over, popup } = await openOverBlank(browser_);
  await expect(popup.getByRole('contentinfo')).toContainText('Synced');
  const filter = { types: ['policy_denied'], services: ['another'] };
  await expect.poll(() => readBadge(browser_)).toBe('');
  await popup.evaluate(keepPopupFilter, { accountId: signedIn.accountId, filter });
  await popup.close();
  await deny();
  await syncToBadge(browser_, '1');
  const { popup: again } = await openOverBlank(browser_, over);
  await expect(again.getByText('No event matches')).toBeVisible();
  await expect(again.getByText('1 denial since you last looked')).toBeVisible();
  await again.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(rows(again)).not.toHaveCount(0);
});

test('“Open in audit log” carries the filter, and a row opens its event there', async ({
  server,
  signedIn,
  browser_,
}) => {
  await makeActivity(signedIn, server.url);
  const { over, popup } = await openOverBlank(browser_);
  await popup.getByRole('button', { name: 'Denied', exact: true }).click();
  await expect(rows(popup)).toHaveCount(1);
  const opened = browser_.context.waitForEvent('page');
  await leaveBy(popup.getByRole('link', { name: 'Open in audit log' }).press('Enter'));
  const log = await opened;
  await expect(log).toHaveURL(/#\/audit\?types=policy_denied$/);
  await log.close();

  const { popup: again } = await openOverBlank(browser_, over);
  await expect(rows(again)).toHaveCount(1);
  const openedAt = browser_.context.waitForEvent('page');
  await again.keyboard.press('ArrowDown');
  await leaveBy(again.keyboard.press('Enter'));
  const event = await openedAt;
  await expect(event).toHaveURL(/#\/audit\?types=policy_denied&event=/);
  await expect(event.getByRole('dialog')).toBeVisible();
});

test('at 320 and 380 px nothing is cut off sideways', async ({ server, signedIn, browser_, dashboard }) => {
  await makeActivity(signedIn, server.url);
  const { popup } = await openOverBlank(browser_);
  await expect(popup.getByRole('contentinfo')).toContainText('Synced');
  await popup.close();
  const page = await dashboard('/vault');
  await page.goto(browser_.toExtensionUrl('popup.html'));
  for (const width of [320, 380]) {
    await page.setViewportSize({ width, height: 600 });
    await expect(rows(page)).not.toHaveCount(0);
    const overflow = await page.evaluate(() => {
      const root = document.querySelector('main');
      return root === null ? -1 : root.scrollWidth - root.clientWidth;
    });
    expect(overflow, `at ${width} px`).toBe(0);
    const chips = page.getByRole('group').first().getByRole('button', { pressed: false });
    const chipWidths = await chips.evaluateAll((all) => all.map((chip) => chip.getBoundingClientRect().width));
    expect(Math.max(...chipWidths), `chips at ${width} px`).toBeLessThan(width / 3);
  }
});

test('alike events fold into one row, and unfold by click and by key', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const { deny } = await makeActivity(signedIn, server.url);
  for (let n = 0; n < 4; n++) await deny();
  const { popup: closing } = await openOverBlank(browser_);
  await expect(closing.getByRole('button', { name: /^5 times in/ })).toBeVisible();
  await closing.close();
  const page = await dashboard('/vault');
  await page.goto(browser_.toExtensionUrl('popup.html'));
  const denied = rows(page).filter({ hasText: 'No grant for this credential' });
  const fold = page.getByRole('button', { name: /^5 times in/ });
  await expect(denied).toHaveCount(1);
  await fold.click();
  await expect(denied).toHaveCount(5);
  await expect(fold).toBeFocused();
  await fold.press('Enter');
  await expect(denied).toHaveCount(1);
  await denied.locator('[data-row]').focus();
  await page.keyboard.press('ArrowRight');
  await expect(denied).toHaveCount(5);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(denied).toHaveCount(1);
  await expect(denied.locator('[data-row]')).toBeFocused();
});

test('a failed copy says that it failed and why, and a call through a proxy what was called', async ({
  server,
  signedIn,
  browser_,
}) => {
  const copy = { type: 'secret_access', action: 'copy', source: 'direct', title: 'Direct Access' } as const;
  const call = {
    type: 'agent_access',
    action: 'inject',
    source: 'mcp_proxy',
    outcome: 'ok',
    title: 'GitHub proxy',
    proxyId: '01980000-0000-7000-9000-0000000000aa',
    tool: 'search_issues',
  } as const;
  const drafts = [
    { ...copy, outcome: 'failed', note: 'The stored secret could not be read' },
    call,
    { ...call, action: 'result', outcome: 'failed', note: 'The caller left' },
  ] as const;
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(connection, signedIn.accountId, drafts.length, (n) => drafts[n] ?? call);
  const { popup } = await openOverBlank(browser_);
  const copied = rows(popup).filter({ hasText: 'Direct Access' });
  await expect(copied).toContainText('Failed: The stored secret could not be read');
  await expect(copied).not.toContainText('copied');
  const calls = rows(popup).filter({ hasText: 'GitHub proxy' });
  await expect(calls.nth(0)).toContainText('search_issues failed');
  await expect(calls.nth(0)).toContainText('Failed: The caller left');
  await expect(calls.nth(1)).toContainText('called search_issues');
});

test('an expired login says so in the popup, and in the vault whom that keeps out', async ({
  signedIn,
  browser_,
  dashboard,
  site,
}) => {
  const { id } = await signedIn.client.credentials.create.mutate({
    kind: 'login',
    service: 'example-shop',
    label: 'Shop',
    expiresAt: '2020-01-01T00:00:00Z',
    public: { username: 'sam@example.com', sites: [site.toUrl('shop.test')] },
    secret: { password: 'x' },
  });
  const page = await dashboard(`/vault?open=${id}`);
  await expect(page.getByRole('dialog', { name: 'Shop' }).getByRole('alert')).toContainText(
    'agents and proxies are refused. You can still reveal, copy and fill it.',
  );
  const shop = await browser_.context.newPage();
  await shop.goto(site.toUrl('shop.test'));
  const popup = await browser_.openPopup(shop);
  const logins = popup.getByRole('list', { name: 'Logins for' }).getByRole('listitem');
  await expect(logins.filter({ hasText: 'sam@example.com' })).toContainText('· expired');
});

async function readBadge(browser: Browser): Promise<string> {
  const [worker] = browser.context.serviceWorkers();
  // @ts-expect-error: runs in the worker, where `chrome` is.
  return (await worker?.evaluate(() => chrome.action.getBadgeText({}))) ?? 'no worker';
}

/** Presses a key that opens a tab, which closes the popup under the call. */
async function leaveBy(press: Promise<void>): Promise<void> {
  await press.catch((error: unknown) => {
    if (!String(error).includes('has been closed')) throw error;
  });
}

async function keepPopupFilter(kept: object): Promise<void> {
  // @ts-expect-error: as above.
  await chrome.storage.session.set({ popupFilter: kept });
}

/** Has the worker pull what is new, from a page that shows no events, until its badge says so. */
async function syncToBadge(browser: Browser, badge: string): Promise<void> {
  const page = await browser.context.newPage();
  await page.goto(browser.toExtensionUrl('dashboard.html#/vault'));
  await page.evaluate(askForSync);
  await expect.poll(() => readBadge(browser)).toBe(badge);
  await page.close();
}

async function askForSync(): Promise<void> {
  // @ts-expect-error: as above.
  await chrome.runtime.sendMessage({ name: 'sync', request: {} });
}
