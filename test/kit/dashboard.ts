// The dashboard as a person works it: by the names of what is on the screen.

import { expect, type Locator, type Page } from '@playwright/test';
import type { Browser } from './browser.ts';
import { password } from './people.ts';

/** Opens the welcome page and makes an account on this server. Returns the page, at the vault. */
export async function signUpInDashboard(browser: Browser, serverUrl: string, email: string): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(browser.toExtensionUrl('dashboard.html#/welcome'));
  await page.getByLabel('Server address').fill(serverUrl);
  await page.getByLabel('Name', { exact: true }).fill('Sam Example');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Vault' }).waitFor();
  return page;
}

export async function addLogin(
  page: Page,
  login: { service: string; label: string; username: string; site: string; secret: string },
) {
  await page.getByRole('link', { name: 'Vault', exact: true }).click();
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Service').fill(login.service);
  await dialog.getByLabel('Label').fill(login.label);
  await dialog.getByLabel('Username').fill(login.username);
  await dialog.getByLabel('Password', { exact: true }).fill(login.secret);
  await dialog.getByLabel('Sites').fill(login.site);
  await dialog.getByRole('button', { name: 'Store credential' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

export async function addToken(page: Page, token: { service: string; label: string; value: string }) {
  await page.getByRole('link', { name: 'Vault', exact: true }).click();
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Kind').selectOption('Token');
  await dialog.getByLabel('Service').fill(token.service);
  await dialog.getByLabel('Label').fill(token.label);
  await dialog.getByLabel('Token', { exact: true }).fill(token.value);
  await dialog.getByRole('button', { name: 'Store credential' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Makes an agent and hands its key to `keep`, which gets the only chance; stands on the agents page afterwards. */
export async function addAgent(page: Page, name: string, keep: (key: string, dialog: Locator) => Promise<void> | void) {
  await page.getByRole('link', { name: 'Agents', exact: true }).click();
  await page.getByRole('button', { name: 'New agent' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name').fill(name);
  await form.getByRole('button', { name: 'Create agent' }).click();
  const dialog = page.getByRole('dialog', { name: `The key of ${name}` });
  const key = await dialog.locator('code').first().textContent();
  await keep(key ?? '', dialog);
  await dialog.getByRole('button', { name: 'I have stored the key' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Grants from the card of the only agent: its credential is chosen by what the list shows of it. */
export async function addGrant(page: Page, credential: string) {
  await page.getByRole('button', { name: 'Grants', exact: true }).click();
  await page.getByRole('button', { name: 'Grant a credential' }).click();
  const dialog = page.getByRole('dialog', { name: 'Grant access' });
  await dialog.getByLabel('Credential').selectOption(credential);
  await dialog.getByRole('button', { name: 'Grant access' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** As when somebody comes back to the window: a list that is older than a few seconds is read again. */
export async function readAgain(page: Page, procedure: string): Promise<void> {
  let answers = 0;
  page.on('response', (response) => {
    if (response.url().includes(`/trpc/${procedure}`)) answers++;
  });
  const comeBack = async () => {
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
    return answers;
  };
  await expect.poll(comeBack, { timeout: 20_000 }).toBeGreaterThan(0);
}
