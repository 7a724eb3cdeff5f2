// Getting in, and every way in which it can fail: each says what to do and loses nothing that was typed.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { createClient } from '../kit/client.ts';
import { signUpInDashboard } from '../kit/dashboard.ts';
import { findFreePort } from '../kit/free-port.ts';
import { password, signIn } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { expect, putSession, test } from './fixtures.ts';

test('an account is made, signed out of and signed in to; the page asked for comes after', async ({
  browser_,
  server,
}) => {
  const page = await signUpInDashboard(browser_, server.url, `in-and-out-${Date.now()}@example.com`);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.goto(browser_.toExtensionUrl('dashboard.html#/audit?types=vault_change'));
  await expect(page).toHaveURL(/welcome/);
});

test('a wrong password, a wrong server and no server are told apart', async ({ browser_, server, person }) => {
  const other = createServer((_request, response) => response.end('<h1>not Keytrail</h1>'));
  const otherPort = await findFreePort();
  await new Promise<void>((resolve) => other.listen(otherPort, '127.0.0.1', resolve));
  const page = await browser_.context.newPage();
  await page.goto(browser_.toExtensionUrl('dashboard.html#/welcome'));
  const unrecoverable = page.getByText('Nobody can recover a forgotten password');
  await expect(unrecoverable).toBeVisible();
  await page.getByRole('radio', { name: 'Sign in' }).click();
  await expect(unrecoverable).toHaveCount(0);
  const attempt = async (address: string, secret: string) => {
    await page.getByLabel('Server address').fill(address);
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(secret);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const main = page.getByRole('main');
  await attempt(`http://127.0.0.1:${await findFreePort()}`, password);
  await expect(main).toContainText('cannot be reached');
  await attempt(`http://127.0.0.1:${otherPort}`, password);
  await expect(main).toContainText('not a Keytrail server');
  const inTheClear = main.getByText('This address is not encrypted');
  await page.getByLabel('Server address').fill('http://keytrail.example.com');
  await expect(inTheClear).toBeVisible();
  await page.getByLabel('Server address').fill('https://keytrail.example.com');
  await expect(inTheClear).toHaveCount(0);
  await attempt(server.url, 'wrong password here');
  await expect(main).toContainText('The e-mail address or the password is wrong.');
  await expect(page.getByLabel('E-mail address')).toHaveValue(person.email);
  await attempt(server.url, password);
  await expect(page.getByRole('heading', { name: 'Vault' })).toBeVisible();
  other.close();
});

test('a session that was revoked elsewhere ends with a notice, and cached events stay', async ({
  browser_,
  server,
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/audit');
  await expect(page.getByText('Signed in').filter({ visible: true })).toBeVisible();
  await fetch(`${server.url}/api/auth/sign-out`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${signedIn.session}`,
      'content-type': 'application/json',
      origin: 'chrome-extension://jgfpjgmjbpeilmcaiknkihnhdccogfnm',
    },
    body: '{}',
  });
  await page.goto(browser_.toExtensionUrl('dashboard.html#/agents'));
  await page.reload();
  await expect(page).toHaveURL(/welcome/);
  await expect(page.getByText('Your session has ended. Sign in again.')).toBeVisible();
  const popup = await browser_.openPopup(page);
  await expect(popup.getByText('Signed in').filter({ visible: true })).toBeVisible();
  await expect(popup.getByRole('contentinfo')).toContainText('Signed out');
});

test('a wrong server address in Settings is refused, what was typed stays, and so does the session', async ({
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/settings');
  const address = page.getByLabel('Server address');
  const dead = `http://127.0.0.1:${await findFreePort()}`;
  for (const [typed, said] of [
    [dead, 'cannot be reached'],
    ['not an address', 'This is not a server address'],
  ] as const) {
    await address.fill(typed);
    await page.getByRole('button', { name: 'Change address' }).click();
    await expect(page.getByRole('main')).toContainText(said);
    await expect(address).toHaveValue(typed);
  }
  await address.fill('http://192.0.2.7:4310');
  await expect(page.getByRole('main')).toContainText('This address is not encrypted');
  await page.reload();
  await expect(page.getByRole('main')).toContainText(signedIn.email);
});

test('another session has one live connection, not one more with each change', async ({ server, person, browser_ }) => {
  let opened = 0;
  browser_.context.on('request', (request) => {
    if (request.url().includes('/inbox.live')) opened++;
  });
  for (const turn of [1, 2]) {
    await putSession(browser_, server.url, { ...person, session: await signIn(server.url, person.email) });
    await expect.poll(() => opened).toBe(turn);
    // What was lost by mistake would be taken up again after three seconds.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(opened).toBe(turn);
  }
});

test('signed out while the server is away: the page says that it could not be told, and it is told when it is back', async ({
  browser_,
}) => {
  const folder = await makeTempDir();
  const variables = { KEYTRAIL_DATA_DIR: join(folder.path, 'data'), KEYTRAIL_PORT: String(await findFreePort()) };
  let server = await startServerProcess(variables);
  const email = 'signed-out-offline@example.com';
  const page = await signUpInDashboard(browser_, server.url, email);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await server.kill('SIGTERM');
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  const untold = page.getByText('could not be told yet');
  await expect(untold).toBeVisible();
  await page.reload();
  await expect(untold).toBeVisible();

  server = await startServerProcess(variables);
  const [worker] = browser_.context.serviceWorkers();
  // @ts-expect-error: runs in the worker, where `chrome` is.
  await worker?.evaluate(() => chrome.alarms.create('sync', { when: Date.now() + 50, periodInMinutes: 1 }));
  await expect(untold).toHaveCount(0);
  const owner = createClient(server.url, await signIn(server.url, email));
  const { events } = await owner.audit.list.query({ filter: { types: ['vault_change'] } });
  expect(events.filter(({ action }) => action === 'sign_out')).toHaveLength(1);
  await server.kill('SIGTERM');
  await folder.remove();
});
