// The vault's list, however much it holds: only what is on the screen is drawn, and the keys still reach every row. What opens over it
// stays about the credential that it was opened for.

import { randomUUID } from 'node:crypto';
import { importBatchMax } from '@keytrail/shared/credential';
import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import { readAgain } from '../kit/dashboard.ts';
import { password, postAuth } from '../kit/people.ts';
import { createGrantedAgent, createToken, tokenValue } from '../kit/vault.ts';
import { expect, type Person, test } from './fixtures.ts';

async function fill({ client }: Person, count: number): Promise<void> {
  const importId = randomUUID();
  for (let from = 0; from < count; from += importBatchMax) {
    const credentials = Array.from({ length: Math.min(importBatchMax, count - from) }, (_, n) => {
      const name = String(from + n).padStart(4, '0');
      return {
        kind: 'login' as const,
        service: `site-${name}`,
        label: `Site ${name}`,
        public: { username: 'sam', sites: [`https://s${name}.example.com`] },
        secret: { password: 'x' },
      };
    });
    await client.credentials.createMany.mutate({ importId, credentials });
  }
}

const row = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('of five thousand credentials those on the screen are drawn, and keys, search and scrolling reach them all', async ({
  signedIn,
  dashboard,
}) => {
  test.slow();
  await fill(signedIn, 5000);
  const page = await dashboard('/vault');
  await expect(row(page, 'Site 0000')).toBeVisible();
  const countDrawn = () => page.locator('[data-row]').count();
  expect(await countDrawn()).toBeLessThan(60);
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '5001');

  await row(page, 'Site 0000').focus();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'Site 0001')).toBeFocused();
  await page.keyboard.press('End');
  await expect(row(page, 'Site 4999')).toBeFocused();
  await expect(row(page, 'Site 4999')).toBeInViewport();
  await expect(page.getByRole('row').filter({ hasText: 'Site 4999' })).toHaveAttribute('aria-rowindex', '5001');
  await page.keyboard.press('PageUp');
  await expect(row(page, 'Site 4999')).not.toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'Site 4998')).toBeFocused();
  // Far away from it the focus is where it was, and the next key goes on from there.
  await page.evaluate(() => scrollTo(0, 0));
  await expect(row(page, 'Site 0000')).toBeInViewport();
  await expect(row(page, 'Site 4998')).toBeFocused();
  expect(await countDrawn()).toBeLessThan(60);
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'Site 4997')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Site 4997' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(page, 'Site 4997')).toBeFocused();

  await page.getByRole('searchbox').fill('s49');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '101');
  await expect(row(page, 'Site 4900')).toBeInViewport();
  await page.getByRole('searchbox').fill('s4999.example');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '2');
  await page.getByRole('searchbox').fill('');
  await row(page, 'Site 0000').focus();
  await page.keyboard.press('Home');
  await expect(row(page, 'Site 0000')).toBeFocused();
  await expectNoViolations(page, 'a long list');
});

test('rows lie without gaps and keep their columns, from top to bottom', async ({ signedIn, dashboard }) => {
  await fill(signedIn, 200);
  const page = await dashboard('/vault');
  await expect(row(page, 'Site 0000')).toBeVisible();
  const listed = new Set<string>();
  for (let step = 0; step < 40; step++) {
    const { names, gapPx, widths } = await page.evaluate(readRows);
    for (const name of names) listed.add(name);
    expect(gapPx).toBeLessThan(1);
    expect(widths).toBe(1);
    const isAtEnd = await page.evaluate(() => {
      scrollBy(0, innerHeight / 2);
      return scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    if (isAtEnd && step > 0 && listed.size === 200) break;
  }
  expect(listed.size).toBe(200);
});

/** The rows that are drawn beside each other: the largest room between two, and how many widths their first column has. */
function readRows() {
  const rows = [...document.querySelectorAll<HTMLElement>('tr:has([data-row])')];
  const boxes = rows.map((each) => each.getBoundingClientRect());
  const gaps = boxes.slice(1).map(({ top }, index) => Math.abs(top - (boxes[index]?.bottom ?? top)));
  return {
    names: rows.map((each) => each.querySelector('[data-row]')?.textContent ?? ''),
    gapPx: Math.max(0, ...gaps),
    widths: new Set(rows.map((each) => each.querySelector('td')?.getBoundingClientRect().width)).size,
  };
}

test('a change from elsewhere under an open form is not undone: the save is refused, and what was typed stays', async ({
  signedIn,
  dashboard,
}) => {
  const { client } = signedIn;
  const { id, version } = await createToken(signedIn);
  const page = await dashboard('/vault');
  await row(page, 'main').click();
  await page.getByRole('dialog', { name: 'main' }).getByRole('button', { name: 'Edit' }).click();
  const form = page.getByRole('dialog', { name: 'Edit main' });
  await form.getByLabel('Service').fill('gitlab');

  await client.credentials.update.mutate({ id, version, label: 'Renamed', tags: ['kept'], notes: 'kept too' });
  await readAgain(page, 'credentials.list');
  await expect(page.locator('[data-row]').filter({ hasText: 'Renamed' }), 'the list behind the form').toBeVisible();
  await page.setViewportSize({ width: 1280, height: 500 });
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toContainText('Not stored: it was changed elsewhere');
  await expect(form.getByRole('alert')).toBeInViewport({ ratio: 1 });
  await expect(form.getByLabel('Service')).toHaveValue('gitlab');
  const kept = { label: 'Renamed', tags: ['kept'], secretFields: expect.arrayContaining(['value', 'notes']) };
  expect(await client.credentials.list.query()).toMatchObject([{ service: 'github', ...kept }]);

  await form.getByRole('button', { name: 'Load what is stored' }).click();
  const again = page.getByRole('dialog', { name: 'Edit Renamed' });
  await expect(again.getByLabel('Label')).toHaveValue('Renamed');
  await expect(again.getByLabel('Service')).toHaveValue('gitlab');
  await expect(again.getByRole('status').filter({ hasText: 'What you typed stays: Service.' })).toBeVisible();
  await again.getByRole('button', { name: 'Save' }).click();
  await expect(again).toHaveCount(0);
  expect(await client.credentials.list.query()).toMatchObject([{ service: 'gitlab', ...kept }]);
});

test('a form refused by the lock is opened again in its place, and what was typed is stored', async ({
  signedIn,
  dashboard,
}) => {
  const { client } = signedIn;
  const page = await dashboard('/vault');
  await page.setViewportSize({ width: 1280, height: 773 });
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const form = page.getByRole('dialog', { name: 'Add credential' });
  await form.getByLabel('Service').fill('github');
  await form.getByLabel('Username').fill('sam');
  await form.getByLabel('Password', { exact: true }).fill('typed-before-the-lock');
  await client.vault.lock.mutate();
  const store = form.getByRole('button', { name: 'Store credential' });
  await store.click();
  await expect(form.getByRole('alert')).toContainText('Not stored: the vault is locked.');
  await expect(form.getByRole('alert')).toBeInViewport({ ratio: 1 });
  const unlock = form.getByLabel('Account password', { exact: true });
  await expect(unlock).toBeFocused();
  await expectNoViolations(page, 'a form refused by the lock');
  await unlock.fill('not the password');
  await unlock.press('Enter');
  await expect(form.getByText('The password is not right.')).toBeVisible();
  await unlock.fill(password);
  await unlock.press('Enter');
  await expect(form.getByRole('alert')).toHaveCount(0);
  await expect(store).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(form).toHaveCount(0);
  expect(await client.credentials.list.query()).toMatchObject([{ service: 'github', label: 'sam' }]);
});

test('what changes elsewhere is listed with the next sync, with nobody leaving the page', async ({
  signedIn,
  server,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await expect(page.getByText('Synced')).toBeVisible();
  await expect(page.getByText('Nothing is stored yet')).toBeVisible();
  const sync = () => page.evaluate(askForSync);
  const { credential, client } = await createGrantedAgent(signedIn, server.url);
  await sync();
  await expect(row(page, 'main')).toBeVisible();
  const line = page.getByRole('row').filter({ hasText: 'main' });
  await expect(line).toContainText('never');
  await client.agent.credential.mutate({ service: 'github' });
  await sync();
  await expect(line).not.toContainText('never');
  await signedIn.client.credentials.remove.mutate({ id: credential.id });
  await sync();
  await expect(row(page, 'main')).toHaveCount(0);
});

async function askForSync(): Promise<void> {
  // @ts-expect-error: runs in the page, where `chrome` is.
  await chrome.runtime.sendMessage({ name: 'sync', request: {} });
}

test('a form stays when its credential is deleted elsewhere, and saving says that it is gone', async ({
  signedIn,
  dashboard,
}) => {
  const { id } = await createToken(signedIn);
  const page = await dashboard('/vault');
  await row(page, 'main').click();
  await page.getByRole('dialog', { name: 'main' }).getByRole('button', { name: 'Edit' }).click();
  const form = page.getByRole('dialog', { name: 'Edit main' });
  await form.getByLabel('Service').fill('gitlab');
  await signedIn.client.credentials.remove.mutate({ id });
  await readAgain(page, 'credentials.list');
  await expect(page.locator('[data-row]')).toHaveCount(0);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toBeVisible();
  await expect(form.getByLabel('Service')).toHaveValue('gitlab');
});

test('a way back in the history arms nothing for the credential that is opened next', async ({
  signedIn,
  dashboard,
}) => {
  await createToken(signedIn);
  await createToken(signedIn, 'gitlab', 'other');
  const page = await dashboard('/vault');
  await row(page, 'main').click();
  await page.getByRole('dialog', { name: 'main' }).getByRole('button', { name: 'Delete' }).click();
  const asked = page.getByRole('alertdialog', { name: 'Delete main?' });
  await asked.waitFor();
  await page.goBack();
  await expect(page).not.toHaveURL(/open=/);
  // It is still about the one that it was opened for.
  await expect(asked).toBeVisible();
  await asked.getByRole('button', { name: 'Cancel' }).click();
  await row(page, 'other').click();
  await expect(page.getByRole('dialog', { name: 'other' })).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  expect(await signedIn.client.credentials.list.query()).toHaveLength(2);
});

test('what is revealed is hidden when the vault locks elsewhere, stays hidden after that, and when the session ends', async ({
  signedIn,
  server,
  dashboard,
}) => {
  const { client } = signedIn;
  await createToken(signedIn);
  const page = await dashboard('/vault');
  await row(page, 'main').click();
  const drawer = page.getByRole('dialog', { name: 'main' });
  const shown = page.getByText(tokenValue);
  await drawer.getByRole('button', { name: 'Reveal Token' }).click();
  await expect(shown).toBeVisible();
  await client.vault.lock.mutate();
  await expect(shown).toHaveCount(0, { timeout: 3_000 });
  await expect(drawer.getByRole('button', { name: 'Reveal Token' })).toBeVisible();
  await client.vault.unlock.mutate({ password });
  await expect(page.getByText('The vault is locked')).toHaveCount(0);
  await expect(shown).toHaveCount(0);

  await drawer.getByRole('button', { name: 'Reveal Token' }).click();
  await expect(shown).toBeVisible();
  await postAuth(server.url, 'sign-out', {}, { authorization: `Bearer ${signedIn.session}` });
  await expect(async () => {
    // The next call hears of it.
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
    await expect(shown).toHaveCount(0, { timeout: 500 });
  }).toPass();
});

test('a form with something typed asks before Escape, the cross or Cancel discards it; an untouched one just closes', async ({
  signedIn: _signedIn,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  const add = page.getByRole('button', { name: 'Add credential' }).first();
  const form = page.getByRole('dialog', { name: 'Add credential' });
  const asked = page.getByRole('alertdialog', { name: 'Discard changes?' });
  await add.click();
  await page.keyboard.press('Escape');
  await expect(form).toHaveCount(0);

  await add.click();
  await form.getByLabel('Service').fill('github');
  const ways = [
    () => page.keyboard.press('Escape'),
    () => form.getByRole('button', { name: 'Close' }).click(),
    () => form.getByRole('button', { name: 'Cancel' }).click(),
  ];
  for (const leave of ways) {
    await leave();
    await expect(asked).toBeVisible();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await expect(form.getByLabel('Service')).toHaveValue('github');
  }
  await form.getByLabel('Service').focus();
  await page.keyboard.press('Escape');
  await asked.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(add).toBeFocused();
});

test('a toast about a long label is two lines at most, and leaves the page beside it free', async ({
  signedIn: _signedIn,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const form = page.getByRole('dialog', { name: 'Add credential' });
  await form.getByLabel('Service').fill('github');
  await form.getByLabel('Label').fill('a-label-without-a-blank-'.repeat(5).slice(0, 100));
  await form.getByLabel('Password', { exact: true }).fill('x');
  await form.getByRole('button', { name: 'Store credential' }).click();
  const toast = page.getByRole('region', { name: /Notifications/ }).getByRole('listitem');
  const box = await toast.boundingBox();
  expect(box?.width).toBeLessThanOrEqual(448);
  expect(box?.height).toBeLessThan(70);
  const cutOff = await toast.evaluate((shown) => shown.scrollWidth - shown.clientWidth);
  expect(cutOff).toBe(0);
});

test('a one-time code is hidden when it ends', async ({ signedIn, dashboard }) => {
  const periodSeconds = 8;
  await signedIn.client.credentials.create.mutate({
    kind: 'totp',
    service: 'github',
    label: 'codes',
    secret: { seed: `otpauth://totp/codes?secret=JBSWY3DPEHPK3PXP&digits=8&period=${periodSeconds}` },
  });
  const page = await dashboard('/vault');
  await row(page, 'codes').click();
  const drawer = page.getByRole('dialog', { name: 'codes' });
  const code = drawer.getByText(/^\d{8}$/);
  await expect(async () => {
    // One that is revealed in the last moment of its period is gone before it is looked at.
    await drawer.getByRole('button', { name: 'Reveal One-time code' }).click({ timeout: 1_000 });
    await expect(code).toBeVisible({ timeout: 1_000 });
    await expect(drawer.getByText(/^Valid for \d s$/)).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(code).toHaveCount(0, { timeout: (periodSeconds + 1) * 1000 });
});
