// A client signs in to /mcp in a real browser: the pages by keyboard, what axe says of them, and the connection on the agent's card.

import { createServer } from 'node:http';
import type { Page } from '@playwright/test';
import { expectNoViolationsInThemes } from '../kit/axe.ts';
import { startClientSite } from '../kit/client-site.ts';
import { connectMcp } from '../kit/mcp-client.ts';
import { ask, exchange, readTokens, register } from '../kit/mcp-sign-in-requests.ts';
import { password } from '../kit/people.ts';
import { createGrantedAgent } from '../kit/vault.ts';
import { expect, test } from './fixtures.ts';

/** Where the browser comes back to, as a program on this computer listens for it. */
async function startCallback() {
  const server = createServer((_request, response) => response.end('You can close this page.'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/callback`, close: () => server.close() };
}

async function expectFit(page: Page) {
  await expectNoViolationsInThemes(page, await page.title());
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test('an owner lets a client in by keyboard, it acts as the agent, and the agent’s card ends it', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const callback = await startCallback();
  const bot = await createGrantedAgent(signedIn, server.url);
  const metadata = { client_name: 'Code Helper', redirect_uris: [callback.url] };
  const { client_id } = await (await register(server.url, metadata)).json();
  const page = await browser_.context.newPage();
  await page.goto(ask(server.url, client_id, { redirect_uri: callback.url }));
  await expect(page.getByRole('heading', { name: 'Sign in to answer Code Helper' })).toBeVisible();
  await expectFit(page);
  await expect(page.getByLabel('E-mail address')).toBeFocused();
  await page.keyboard.type(signedIn.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is not right.');
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Let Code Helper act as an agent?' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(new URL(callback.url).host);
  await expectFit(page);
  const choices = page.getByRole('group', { name: 'Act as' });
  await expect(choices.getByRole('radio', { name: /A new agent/ })).toBeChecked();
  await page.getByLabel('Name of the new agent').fill('deploy-bot');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('An agent of this name exists already; choose another name.');
  await expect(page.getByLabel('Name of the new agent')).toBeFocused();
  await expectFit(page);
  await choices.getByRole('radio', { name: /A new agent/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(choices.getByRole('radio', { name: /deploy-bot/ })).toBeChecked();
  await expect(page.getByLabel('Name of the new agent')).toBeHidden();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Connect' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${callback.url}?**`);
  expect(await page.context().cookies(server.url)).toEqual([]);

  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const tokens = await readTokens(await exchange(server.url, { client_id, code, redirect_uri: callback.url }));
  const mcp = await connectMcp(`${server.url}/mcp`, tokens.access_token, '2026-07-28', 'Code Helper');
  expect(await mcp.callTool('get_credential', { service: 'github' })).toMatchObject({ isError: false });

  const agents = await dashboard('/agents');
  const card = agents.getByRole('listitem', { name: bot.agent.name });
  await expect(card).toContainText('Code Helper');
  await card.getByRole('button', { name: 'Disconnect Code Helper' }).click();
  await agents.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await expect(card).not.toContainText('Code Helper');
  await expect(mcp.callTool('list_credentials')).rejects.toThrow();
  await mcp.close();
  callback.close();
});

test('the pages name the host of a client that is described at an address, and let it in', async ({
  server,
  person,
  browser_,
}, info) => {
  const callback = await startCallback();
  const site = await startClientSite('127.0.0.1');
  const bot = await createGrantedAgent(person, server.url);
  const page = await browser_.context.newPage();
  await page.goto(ask(server.url, site.clientId, { redirect_uri: callback.url }));
  await expect(page.getByRole('main')).toContainText(`Code Helper as described by ${site.host}`);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('main')).toContainText(`Code Helper as described by ${site.host}`);
  await expectFit(page);
  await page.screenshot({ path: info.outputPath('described-client.png') });
  await page.getByRole('radio', { name: new RegExp(bot.agent.name) }).check();
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.waitForURL(`${callback.url}?**`);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const form = { client_id: site.clientId, code, redirect_uri: callback.url };
  const { access_token } = await readTokens(await exchange(server.url, form));
  const mcp = await connectMcp(`${server.url}/mcp`, access_token, '2026-07-28', 'Code Helper');
  expect(await mcp.callTool('get_credential', { service: 'github' })).toMatchObject({ isError: false });
  await mcp.close();
  // Nobody is described where nothing lies.
  await page.goto(ask(server.url, site.clientId.replace('client.json', 'other.json')));
  await expect(page.getByRole('main')).toContainText(`says that ${site.host} describes it`);
  await site.stop();
  callback.close();
});

test('who presses Refuse sends the client back with a no', async ({ server, person, browser_ }) => {
  const callback = await startCallback();
  const metadata = { client_name: 'Unwanted', redirect_uris: [callback.url] };
  const { client_id } = await (await register(server.url, metadata)).json();
  const page = await browser_.context.newPage();
  await page.goto(ask(server.url, client_id, { redirect_uri: callback.url }));
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Refuse' }).click();
  await page.waitForURL(`${callback.url}?**`);
  expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
  expect(await person.client.agents.list.query()).toEqual([]);
  callback.close();
});
