// The main job, start to end, without a person: every step is checked and leaves a screenshot in artifacts/demo.
// With --images the two pictures of the README are made anew, too.

import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page } from '@playwright/test';
import { launchBrowser } from '../kit/browser.ts';
import { addAgent, addGrant, addLogin, addToken, signUpInDashboard } from '../kit/dashboard.ts';
import { startLoginSite } from '../kit/login-site.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const pictures = join(repository, 'artifacts/demo');
const login = { service: 'example-shop', label: 'Sam', username: 'sam@example.com', secret: 'correct-horse-demo' };
const token = { service: 'github', label: 'deploy', value: 'demo-token-value-31c7' };

let steps = 0;
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  try {
    const answer = await work();
    steps++;
    console.log(`ok ${String(steps).padStart(2)}  ${what} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    return answer;
  } catch (error) {
    console.error(`FAILED  ${what}`);
    throw error;
  }
}

/** Takes the picture of a step; what is secret on the page is covered. */
async function shoot(page: Page, name: string, mask: Locator[] = []): Promise<void> {
  // The popup starts to paint before its fonts and live queries have settled.
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(pictures, `${name}.png`), mask, maskColor: '#8b94a3', animations: 'disabled' });
}

function runAgent(url: string, key: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const program = fileURLToPath(new URL('agent.ts', import.meta.url));
  const env = { PATH: process.env.PATH, KEYTRAIL_URL: url, KEYTRAIL_AGENT_KEY: key };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: (stdout + stderr).trim() }),
    );
  });
}

await rm(pictures, { recursive: true, force: true });
await mkdir(pictures, { recursive: true });
const folder = await makeTempDir();
const site = await startLoginSite();
const server = await step('the server starts on an empty folder', () =>
  startServerProcess({ KEYTRAIL_DATA_DIR: join(folder.path, 'data') }),
);
const browser = await step('Chromium starts with the extension', () => launchBrowser(join(folder.path, 'profile')));
try {
  const dashboard = await step('a person signs up from the extension', async () => {
    const page = await signUpInDashboard(browser, server.url, 'sam@example.com');
    await shoot(page, '01-signed-up');
    return page;
  });
  await step('stores a login', async () => {
    await addLogin(dashboard, { ...login, site: site.toUrl('shop.test') });
    await dashboard.getByText(login.username).first().waitFor();
  });
  await step('stores a token', async () => {
    await addToken(dashboard, token);
    await dashboard.getByText(token.service, { exact: true }).first().waitFor();
    await shoot(dashboard, '02-vault');
  });

  const shop = await step('opens a login page: nothing is filled by itself', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.toUrl('shop.test', '/react'));
    await page.getByLabel('E-mail').click();
    await page.waitForSelector(':popover-open');
    expect(await page.locator('output').textContent()).toBe('nothing yet');
    await shoot(page, '03-menu-at-the-field');
    return page;
  });
  await step('picks the login at the field: both fields filled as React sees them', async () => {
    await expect(async () => {
      await shop.keyboard.press('ArrowDown');
      await shop.keyboard.press('Enter');
      await expect(shop.locator('output')).toHaveText('sam@example.com, password of 18 characters', { timeout: 1000 });
    }).toPass();
    await shoot(shop, '04-filled');
  });

  let key = '';
  await dashboard.bringToFront();
  await step('makes an agent; its key is shown once', () =>
    addAgent(dashboard, 'deploy-bot', async (shown, dialog) => {
      key = shown;
      await shoot(dashboard, '05-agent-key', [dialog.locator('code').first()]);
    }),
  );
  await step('grants it the token', async () => {
    await addGrant(dashboard, 'github: deploy');
    await shoot(dashboard, '06-grant');
    await dashboard.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });
  await step('the agent, a program of its own, fetches the token', async () => {
    const { code, said } = await runAgent(server.url, key, 'github', 'nightly deploy');
    expect({ code, said }).toEqual({ code: 0, said: `got github: value of ${token.value.length} characters` });
  });
  await step('what it was not granted is refused', async () => {
    const { code, said } = await runAgent(server.url, key, 'example-shop', 'read the orders');
    expect({ code, said }).toEqual({ code: 3, said: 'refused example-shop: grant_missing' });
  });

  await step('the popup shows what used the credentials', async () => {
    const popup = await browser.openPopup(shop);
    const events = popup.getByRole('list', { name: 'Events' });
    await expect(events.getByText('deploy-bot').first()).toBeVisible();
    await expect(events.getByText('No grant for this credential')).toBeVisible();
    await expect(events.getByText('Direct Access').first()).toBeVisible();
    await shoot(popup, '07-popup');
    await popup.getByRole('button', { name: 'Denied', exact: true }).click();
    await expect(events.getByRole('listitem')).toHaveCount(1);
    await shoot(popup, '08-popup-denied');
    await popup.close();
  });
  await step('the Audit Log shows the same, filtered by agent in its address', async () => {
    await dashboard.bringToFront();
    await dashboard.getByRole('link', { name: 'Audit Log', exact: true }).click();
    await expect(dashboard.getByText('No grant for this credential').filter({ visible: true })).toBeVisible();
    await expect(dashboard.getByText('Live', { exact: true })).toBeVisible();
    await expect(dashboard.getByText('Access granted')).toHaveCount(0);
    await shoot(dashboard, '09-audit-log');
    await dashboard.getByRole('link', { name: 'Agents', exact: true }).click();
    await dashboard.getByRole('link', { name: 'View activity' }).click();
    await expect(dashboard).toHaveURL(/#\/audit\?.*agents=/);
    await expect(dashboard.getByText('Direct Access')).toHaveCount(0);
    await shoot(dashboard, '10-audit-log-of-the-agent');
  });
  await step('dark mode', async () => {
    await dashboard.emulateMedia({ colorScheme: 'dark' });
    await dashboard.getByRole('link', { name: 'Audit Log', exact: true }).click();
    await shoot(dashboard, '11-audit-log-dark');
    await dashboard.emulateMedia({ colorScheme: 'light' });
  });
  if (process.argv.includes('--images')) {
    await copyFile(join(pictures, '07-popup.png'), join(repository, 'docs/images/popup.png'));
    await copyFile(join(pictures, '09-audit-log.png'), join(repository, 'docs/images/audit-log.png'));
  }
} catch (error) {
  for (const [index, page] of browser.context.pages().entries()) {
    await page.screenshot({ path: join(pictures, `failed-${index}.png`) }).catch(() => {});
  }
  throw error;
} finally {
  await browser.close();
  await site.close();
  await server.kill('SIGTERM');
  await folder.remove();
}
console.log(`The main job works: ${steps} passed, 0 failed. Screenshots are in artifacts/demo.`);
