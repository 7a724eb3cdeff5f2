// Alerts: what the log gives rise to reaches the bell and a notification, leads to its events, and can be muted.

import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import type { Browser } from '../kit/browser.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { callPlainly, startHttpUpstream } from '../kit/http-upstream.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { createGrantedAgent } from '../kit/vault.ts';
import { expect, type Person, test } from './fixtures.ts';

/** An agent whose key is used from an address of choice. */
async function makeBot(person: Person, url: string) {
  const bot = await createGrantedAgent(person, url);
  const fetchFrom = (ip: string) =>
    createClient(url, bot.key, { 'x-forwarded-for': ip }).agent.credential.mutate({ service: 'github' });
  return { ...bot, fetchFrom };
}

/** A first use, a first use from a new address, a burst of denials. */
async function makeAlerts(person: Person, url: string) {
  const bot = await makeBot(person, url);
  await bot.fetchFrom('203.0.113.1');
  await bot.fetchFrom('198.51.100.24');
  for (let n = 0; n < 10; n++) await getRefusal(bot.client.agent.credential.mutate({ service: 'gitlab' }));
}

const bellOf = (page: Page, unseen: number) =>
  page.getByRole('button', { name: unseen === 0 ? 'Alerts' : `Alerts ${unseen} new`, exact: true });

async function openPanel(page: Page) {
  await page.getByRole('button', { name: /^Alerts/ }).click();
  return page.getByRole('dialog', { name: 'Alerts' });
}

/** The messages of the notifications that this browser shows. */
function listNotifications(browser: Browser): Promise<string[]> {
  return inWorker(browser, async () => {
    // @ts-expect-error: runs in the worker, where `chrome` is.
    return Object.keys(await chrome.notifications.getAll()).filter((name) => name.startsWith('alert:'));
  });
}

async function inWorker<T>(browser: Browser, work: () => Promise<T>): Promise<T> {
  const [worker] = browser.context.serviceWorkers();
  if (worker === undefined) throw new Error('the worker is not running');
  return await worker.evaluate(work);
}

test('an agent’s first use counts on the bell and leads to exactly its event', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await expect(bellOf(page, 0)).toBeVisible();
  const bot = await createGrantedAgent(signedIn, server.url);
  const { eventId } = await bot.client.agent.credential.mutate({ service: 'github' });
  await bot.client.agent.credential.mutate({ service: 'github' });
  await expect(bellOf(page, 1)).toBeVisible();
  const panel = await openPanel(page);
  await expect(panel).toContainText('deploy-bot used a credential for the first time: github (main)');
  await expect(panel.getByRole('heading', { name: /^Today/ })).toBeVisible();
  await panel.getByRole('link', { name: 'Show in log' }).click();
  await expect(panel).toBeHidden();
  await expect(page).toHaveURL(/#\/audit\?.*agents=/);
  await expect(page.locator('header p').first()).toHaveText(/^1 event/);
  await page.locator('[data-row]').press('Enter');
  await expect(page).toHaveURL(new RegExp(`event=${eventId}`));
  // Whoever has opened it has seen it.
  await page.keyboard.press('Escape');
  await expect(bellOf(page, 0)).toBeVisible();
});

test('a kind is muted for one agent from the row, and taken back in the settings', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { fetchFrom } = await makeBot(signedIn, server.url);
  await fetchFrom('203.0.113.1');
  await fetchFrom('203.0.113.2');
  const page = await dashboard('/vault');
  await expect(bellOf(page, 2)).toBeVisible();
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: 'More for First use from a new address' }).click();
  await page.getByRole('menuitem', { name: 'Mute this kind for deploy-bot' }).click();
  await expect(page.getByText('Muted for deploy-bot: First use from a new address.').first()).toBeVisible();
  // What is muted counts as seen.
  await expect(bellOf(page, 1)).toBeVisible();
  await fetchFrom('203.0.113.3');
  const { alerts } = await signedIn.client.alerts.list.query();
  await expect(panel.getByRole('listitem')).toHaveCount(alerts.length);
  await panel.getByRole('link', { name: 'Alert settings' }).click();
  const mutes = page.getByRole('region', { name: 'Alerts' });
  await expect(mutes.getByRole('listitem')).toContainText('First use from a new address');
  await expect(mutes.getByRole('listitem')).toContainText('deploy-bot');
  await mutes.getByRole('button', { name: /^Unmute/ }).click();
  await expect(mutes.getByText('Nothing is muted.')).toBeVisible();
  expect(await signedIn.client.alerts.mutes.query()).toEqual([]);
});

test('a new proxy’s first call and a burst of refusals at it lead to its events, and are muted for it alone', async ({
  server,
  signedIn,
  dashboard,
}, info) => {
  const upstream = await startHttpUpstream();
  const routes = [{ method: 'GET' as const, path: '/items/*' }];
  const { proxy, key } = await createTokenProxy(signedIn, { kind: 'http', upstreamUrl: upstream.url, routes });
  const call = async (path: string) => {
    const headers = { authorization: `Bearer ${key}` };
    return (await callPlainly(`${server.url}/http/p/${proxy.name}${path}`, { headers })).status;
  };
  const page = await dashboard('/vault');
  expect(await call('/items/1')).toBe(200);
  for (let n = 0; n < 10; n++) expect(await call('/users')).toBe(403);
  await expect(bellOf(page, 2)).toBeVisible();
  const panel = await openPanel(page);
  await expect(panel).toContainText(`The proxy ${proxy.name} was called for the first time: GET /items/1 at`);
  await expect(panel).toContainText(`The proxy ${proxy.name} was refused 10 times`);
  await page.screenshot({ path: info.outputPath('alerts-of-a-proxy.png') });
  await panel.getByRole('button', { name: 'More for Burst of denials' }).click();
  await page.getByRole('menuitem', { name: `Mute this kind for ${proxy.name}` }).click();
  await expect(bellOf(page, 1)).toBeVisible();
  expect(await signedIn.client.alerts.mutes.query()).toEqual([
    { kind: 'denial_burst', agentId: null, proxyId: proxy.id },
  ]);
  await panel.getByRole('link', { name: 'Show in log' }).last().click();
  await expect(page).toHaveURL(/#\/audit\?.*proxies=/);
  await expect(page.locator('header p').first()).toHaveText(/^1 event/);
  await page.goto(page.url().replace(/#.*/, '#/settings'));
  const mutes = page.getByRole('region', { name: 'Alerts' });
  await expect(mutes.getByRole('listitem')).toContainText(proxy.name);
  await upstream.stop();
});

test('a notification for each new alert; a click opens its events and clears it; seen elsewhere, it goes', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await expect(bellOf(page, 0)).toBeVisible();
  const { fetchFrom } = await makeBot(signedIn, server.url);
  await fetchFrom('203.0.113.1');
  await expect.poll(() => listNotifications(browser_)).toHaveLength(1);
  await fetchFrom('203.0.113.2');
  await expect.poll(() => listNotifications(browser_)).toHaveLength(2);
  // One a minute of a cause: this one becomes part of the last.
  await fetchFrom('203.0.113.3');
  await expect
    .poll(async () => (await signedIn.client.alerts.list.query()).alerts[0]?.sentence)
    .toContain('2 new addresses');
  expect(await listNotifications(browser_)).toHaveLength(2);

  const [clicked] = (await signedIn.client.alerts.list.query()).alerts;
  await inWorker(browser_, async () => {
    // @ts-expect-error: runs in the worker, where `chrome` is.
    const names = Object.keys(await chrome.notifications.getAll());
    // @ts-expect-error: as above.
    chrome.notifications.onClicked.dispatch(names.sort().at(-1));
  });
  await expect(page).toHaveURL(/#\/audit\?.*ips=203\.0\.113\.2&ips=203\.0\.113\.3/);
  await expect.poll(() => listNotifications(browser_)).toHaveLength(1);
  // Marked behind the notification that is gone already.
  await expect(bellOf(page, 1)).toBeVisible();
  const { alerts } = await signedIn.client.alerts.list.query();
  expect(alerts.find(({ id }) => id === clicked?.id)?.seenAt).not.toBeNull();

  // Another device.
  await signedIn.client.alerts.markSeen.mutate({});
  await expect.poll(() => listNotifications(browser_)).toEqual([]);
  await expect(bellOf(page, 0)).toBeVisible();
});

test('no notification where this browser is not to show any; the bell counts all the same', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const page = await dashboard('/settings');
  const choice = page.getByRole('radiogroup', { name: 'Show alerts as browser notifications' });
  await expect(choice.getByRole('radio', { name: 'On' })).toBeChecked();
  const { fetchFrom } = await makeBot(signedIn, server.url);
  await fetchFrom('203.0.113.1');
  await expect.poll(() => listNotifications(browser_)).toHaveLength(1);
  await choice.getByRole('radio', { name: 'Off' }).click();
  await expect.poll(() => listNotifications(browser_)).toEqual([]);
  await fetchFrom('203.0.113.2');
  await expect(bellOf(page, 2)).toBeVisible();
  expect(await listNotifications(browser_)).toEqual([]);
  await page.reload();
  await expect(choice.getByRole('radio', { name: 'Off' })).toBeChecked();
});

test('by keyboard: the bell opens, Mark all as seen is reached, Escape gives the focus back', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await makeAlerts(signedIn, server.url);
  const page = await dashboard('/vault');
  await expect(bellOf(page, 3)).toBeVisible();
  await bellOf(page, 3).press('Enter');
  const panel = page.getByRole('dialog', { name: 'Alerts' });
  await expect(panel.getByRole('listitem')).toHaveCount(3);
  await expect(panel.getByRole('button', { name: 'Mark all as seen' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel.getByText('New:')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(bellOf(page, 0)).toBeFocused();
});

test('without a server the panel says so and tries again', async ({ server, signedIn, browser_, dashboard }) => {
  await makeAlerts(signedIn, server.url);
  const page = await dashboard('/vault');
  await expect(bellOf(page, 3)).toBeVisible();
  await browser_.context.route('**/trpc/alerts.list**', (route) => route.abort());
  const panel = await openPanel(page);
  await expect(panel.getByRole('alert')).toBeVisible({ timeout: 20_000 });
  await browser_.context.unroute('**/trpc/alerts.list**');
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.getByRole('listitem')).toHaveCount(3);
});

test('axe finds nothing in the panel, light or dark, empty or full, and it fits 320, 800 and 1280 px', async ({
  server,
  signedIn,
  dashboard,
}, info) => {
  const page = await dashboard('/vault');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const empty = await openPanel(page);
  await expect(empty.getByText('No alerts')).toBeVisible();
  await page.screenshot({ path: info.outputPath('empty.png') });
  await expectNoViolations(page, 'nothing yet');
  await makeAlerts(signedIn, server.url);
  await expect(empty.getByRole('listitem')).toHaveCount(3);
  for (const colorScheme of ['light', 'dark'] as const) {
    // Loaded anew, so that no colour is caught on its way from one theme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.reload();
    const panel = await openPanel(page);
    await expect(panel.getByRole('listitem')).toHaveCount(3);
    await page.screenshot({ path: info.outputPath(`${colorScheme}.png`) });
    await expectNoViolations(page, colorScheme);
  }
  for (const width of [320, 800, 1280]) {
    await page.setViewportSize({ width, height: 700 });
    await page.reload();
    const panel = await openPanel(page);
    await expect(panel.getByRole('listitem')).toHaveCount(3);
    await page.screenshot({ path: info.outputPath(`${width}.png`) });
    const box = await panel.boundingBox();
    expect(box?.x, `at ${width} px`).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0), `at ${width} px`).toBeLessThanOrEqual(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});
