// An agent asks its owner for a grant: the card in the popup and in the dashboard, the notification, and the answers.

import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import type { Browser } from '../kit/browser.ts';
import { type Client, getRefusal } from '../kit/client.ts';
import { clickSteady, findMiddle, pressAsSoonAsItMoves } from '../kit/steady.ts';
import { createAgent, createToken } from '../kit/vault.ts';
import { expect, test } from './fixtures.ts';

const card = (page: Page, name = 'deploy-bot asks for github') => page.getByRole('group', { name });
const ask = { service: 'github', reason: 'nightly deploy', waitSeconds: 60 } as const;

async function openOverBlank(browser: Browser) {
  return browser.openPopup(await browser.context.newPage());
}

function createLogin(client: Client, label = 'work') {
  return client.credentials.create.mutate({
    kind: 'login',
    service: 'github',
    label,
    public: { username: 'ada', sites: [] },
    secret: { password: 'correct' },
  });
}

test('granted from the popup by keys alone: the waiting agent gets the one credential that fits, for what it wished', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAgent(signedIn, server.url);
  await createToken(signedIn);
  const granted = client.agent.requestAccess.mutate({ ...ask, duration: '7d' });
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  await expect.poll(() => readBadge(browser_)).toBe('1');
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toContainText('“nightly deploy”');
  await expect(card(popup)).toContainText('any of this serviceall fieldswished: 7 days');
  await card(popup).focus();
  await popup.keyboard.press('g');
  const choice = popup.getByLabel('Credential', { exact: true });
  await expect(choice).toBeFocused();
  await expect(choice.locator('option:checked')).toHaveText('github: main');
  await expect(popup.getByRole('radio', { name: '7 days' })).toBeChecked();
  await popup.getByRole('button', { name: 'Grant access' }).press('Enter');
  const { label, expiresAt } = await granted;
  expect(label).toBe('main');
  expect(Math.abs(Date.parse(expiresAt ?? '') - Date.now() - 7 * 86_400_000)).toBeLessThan(120_000);
  await expect(popup.getByText(/Granted, 7 days · by Browser, 127\.0\.0\.1/)).toBeVisible();
  await expect.poll(() => readNotifications(browser_)).toEqual([]);
  await expect.poll(() => readBadge(browser_)).toBe('');
});

test('of several that fit the owner chooses, with fewer fields, for an hour', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { client } = await createAgent(signedIn, server.url);
  await createToken(signedIn);
  await createLogin(signedIn.client);
  const granted = client.agent.requestAccess.mutate(ask);
  const page = await dashboard('/vault');
  await clickSteady(card(page).getByRole('button', { name: 'Grant…' }));
  await expect(page.getByText('Several fit what the agent named.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Grant access' })).toBeDisabled();
  await page.getByLabel('Credential', { exact: true }).selectOption('github: work');
  await page.getByRole('radio', { name: '1 hour' }).click();
  await card(page).getByLabel('password').uncheck();
  await page.getByRole('button', { name: 'Grant access' }).click();
  expect(await granted).toMatchObject({ label: 'work', fields: ['username'] });
});

test('of a credential without any field that was asked for nothing is granted but what the owner ticks', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { client } = await createAgent(signedIn, server.url);
  await createToken(signedIn);
  await createLogin(signedIn.client);
  const granted = client.agent.requestAccess.mutate({ ...ask, fields: ['AKIA'] });
  const page = await dashboard('/vault');
  await clickSteady(card(page).getByRole('button', { name: 'Grant…' }));
  const grant = page.getByRole('button', { name: 'Grant access' });
  for (const [credential, fields] of [
    ['github: main', ['value']],
    ['github: work', ['username', 'password']],
  ] as const) {
    await page.getByLabel('Credential', { exact: true }).selectOption(credential);
    await expect(page.getByText('None of the fields that were asked for is in this credential.')).toBeVisible();
    for (const field of fields) await expect(card(page).getByLabel(field)).not.toBeChecked();
    await expect(grant).toBeDisabled();
  }
  await card(page).getByLabel('username').check();
  await grant.click();
  expect(await granted).toMatchObject({ label: 'work', fields: ['username'] });
});

test('what the vault does not hold is answered with another credential', async ({ server, signedIn, dashboard }) => {
  const { client } = await createAgent(signedIn, server.url);
  await createToken(signedIn, 'gitlab', 'mirror');
  const granted = client.agent.requestAccess.mutate(ask);
  const page = await dashboard('/vault');
  await clickSteady(card(page).getByRole('button', { name: 'Grant…' }));
  await expect(page.getByText('None fits what the agent named')).toBeVisible();
  await page.getByLabel('Credential', { exact: true }).selectOption('gitlab: mirror');
  await page.getByRole('radio', { name: 'Until revoked' }).click();
  await page.getByRole('button', { name: 'Grant access' }).click();
  expect(await granted).toMatchObject({ service: 'gitlab', label: 'mirror', expiresAt: null });
});

test('denied with a note, by keys; by the notification’s button; and by another device', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAgent(signedIn, server.url);
  const first = getRefusal(client.agent.requestAccess.mutate(ask));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const popup = await openOverBlank(browser_);
  await card(popup).focus();
  await popup.keyboard.press('n');
  await popup.keyboard.type('use staging');
  await popup.keyboard.press('Enter');
  expect(await first).toMatchObject({ status: 403, rule: 'approval', note: 'use staging' });
  await expect.poll(() => readNotifications(browser_)).toEqual([]);

  const second = getRefusal(client.agent.requestAccess.mutate(ask));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const [name = ''] = await readNotifications(browser_);
  await inWorker(browser_, `chrome.notifications.onButtonClicked.dispatch(${JSON.stringify(name)}, 1)`);
  expect(await second).toMatchObject({ status: 403, rule: 'approval' });

  const third = getRefusal(client.agent.requestAccess.mutate(ask));
  await expect(card(popup)).toBeVisible();
  await denyElsewhere(signedIn.client, 'github', 'no');
  await third;
  await expect(popup.getByText('Denied · by Node.js, 127.0.0.1 · “no”')).toBeVisible();
  await expect(card(popup)).toHaveCount(0);
});

test('a click on a request that is answered elsewhere grants no other one, nor does its form where it slides up', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { client } = await createAgent(signedIn, server.url);
  await createToken(signedIn);
  await createToken(signedIn, 'npm', 'publish');
  for (const service of ['github', 'npm']) {
    await getRefusal(client.agent.requestAccess.mutate({ ...ask, service, waitSeconds: 0 }));
  }
  const page = await dashboard('/vault');
  await page.getByRole('button', { name: '1 more waits' }).click();
  const [github, npm] = [card(page), card(page, 'deploy-bot asks for npm')];
  for (const form of [github, npm]) {
    await clickSteady(form.getByRole('button', { name: 'Grant…' }));
    await expect(form.getByRole('button', { name: 'Grant access' })).toBeEnabled();
  }
  const place = await findMiddle(github.getByRole('button', { name: 'Grant access' }));
  const other = await findMiddle(npm.getByRole('button', { name: 'Grant access' }));
  await page.mouse.move(...place);
  await denyElsewhere(signedIn.client, 'github');
  await expect(github).toHaveCount(0);
  expect(await findMiddle(npm.getByRole('button', { name: 'Grant access' }))).toEqual(other);
  await page.mouse.down();
  await page.mouse.up();
  await pressAsSoonAsItMoves(page, 'deploy-bot asks for npm', 'Grant access');
  await page.mouse.move(350, 890);
  await expect(page.locator('html')).toHaveAttribute('data-pressed', 'Grant access');
  const readWaiting = async () =>
    (await signedIn.client.inbox.get.query()).accessRequests.map(({ service, status }) => `${service} ${status}`);
  expect(await readWaiting()).toEqual(['npm waiting', 'github denied']);
  await clickSteady(npm.getByRole('button', { name: 'Grant access' }));
  await expect.poll(async () => (await readWaiting()).sort()).toEqual(['github denied', 'npm granted']);
});

for (const path of ['dashboard.html#/vault', 'popup.html']) {
  test(`axe finds nothing on the card, its form and its note in ${path}, and they fit 320 px`, async ({
    server,
    signedIn,
    browser_,
    dashboard,
  }, info) => {
    const { client } = await createAgent(signedIn, server.url);
    await createLogin(signedIn.client, 'a login with quite a long name that somebody gave it');
    await getRefusal(
      client.agent.requestAccess.mutate({ ...ask, duration: '7d', fields: ['password'], waitSeconds: 0 }),
    );
    const page = await dashboard('/vault');
    await page.setViewportSize({ width: 320, height: 720 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto('about:blank');
      await page.goto(browser_.toExtensionUrl(path));
      const verify = async (state: string) => {
        await page.screenshot({ path: info.outputPath(`${colorScheme}-${state}.png`) });
        await verifyFit(page, `${colorScheme} ${state}`);
      };
      await expect(card(page)).toBeVisible();
      await verify('waiting');
      await clickSteady(card(page).getByRole('button', { name: 'Grant…' }));
      await expect(card(page).getByLabel('password')).toBeChecked();
      await expect(card(page).getByLabel('username')).not.toBeChecked();
      await verify('granting');
      await card(page).getByRole('button', { name: 'Back' }).click();
      await card(page).getByRole('button', { name: 'Deny with a note' }).click();
      await verify('denying');
    }
  });
}

async function denyElsewhere(client: Client, sought: string, note?: string): Promise<void> {
  const { accessRequests } = await client.inbox.get.query();
  const waiting = accessRequests.find(({ service, status }) => service === sought && status === 'waiting');
  await client.accessRequests.answer.mutate({ answer: 'deny', id: waiting?.id ?? '', note });
}

async function verifyFit(page: Page, state: string): Promise<void> {
  await expectNoViolations(page, state);
  const overflow = await page.evaluate(() => {
    const root = document.querySelector('main');
    return root === null ? -1 : root.scrollWidth - root.clientWidth;
  });
  expect(overflow, state).toBe(0);
}

/** Ids of the notifications on the screen. */
async function readNotifications(browser: Browser): Promise<string[]> {
  return Object.keys(await inWorker<Record<string, boolean>>(browser, 'chrome.notifications.getAll()'));
}

function readBadge(browser: Browser): Promise<string> {
  return inWorker(browser, 'chrome.action.getBadgeText({})');
}

async function inWorker<Answer>(browser: Browser, expression: string): Promise<Answer> {
  const [worker] = browser.context.serviceWorkers();
  if (worker === undefined) throw new Error('the worker runs');
  return worker.evaluate(expression) as Promise<Answer>;
}
