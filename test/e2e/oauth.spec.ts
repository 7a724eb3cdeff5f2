// Connecting an OAuth credential as its owner does it: a provider described by itself, consent in a tab or by a code, and what the
// drawer says of the token afterwards.

import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { type OAuthProvider, startOAuthProvider } from '../kit/oauth-provider.ts';
import { test as base, expect } from './fixtures.ts';

const test = base.extend<{ provider: OAuthProvider }>({
  provider: async ({ server }, use) => {
    const provider = await startOAuthProvider([`${server.url}/oauth/callback`]);
    await use(provider);
    await provider.stop();
  },
});

async function openConnect(page: Page) {
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const form = page.getByRole('dialog', { name: 'Add credential' });
  await form.getByLabel('Kind').selectOption('OAuth');
  await form.getByRole('button', { name: 'Connect' }).click();
  await page
    .getByRole('dialog', { name: 'Connect a provider' })
    .getByRole('button', { name: 'Another provider' })
    .click();
  return page.getByRole('dialog', { name: 'Connect another provider' });
}

/** Types the client, after the provider was looked up. */
async function fillIn(page: Page, provider: OAuthProvider) {
  const form = await openConnect(page);
  await form.getByLabel('Address of the provider').fill(provider.issuer);
  await form.getByRole('button', { name: 'Look up' }).click();
  await expect(form.getByLabel('Token address')).toHaveValue(provider.tokenUrl);
  await expect(form.getByLabel('Scopes')).toHaveValue('openid\noffline_access');
  await form.getByLabel('Client id').fill(provider.client.id);
  await form.getByRole('textbox', { name: /^Client secret/ }).fill(provider.client.secret);
  await form.getByLabel('Service').fill('calendar');
  return form;
}

async function consent(tab: Page) {
  await tab.getByPlaceholder('Enter any login').fill('someone');
  await tab.getByPlaceholder('and password').fill('anything');
  await tab.getByRole('button', { name: 'Sign-in' }).click();
  await tab.getByRole('button', { name: 'Continue' }).click();
}

test('another provider: looked up, consented to in a tab that closes by itself, renewed by a button', async ({
  signedIn,
  provider,
  dashboard,
  browser_,
}) => {
  const page = await dashboard('/vault');
  const form = await fillIn(page, provider);
  await expect(form.getByText('/oauth/callback')).toBeVisible();
  await form.getByLabel('Scopes').fill('openid offline_access api');
  const opened = browser_.context.waitForEvent('page');
  await form.getByRole('button', { name: 'Connect' }).click();
  const tab = await opened;
  await expect(form.getByRole('status')).toContainText('Consent in the tab');
  const closed = tab.waitForEvent('close');
  await consent(tab);
  await closed;
  await expect(form).toHaveCount(0);
  await page.getByRole('button', { name: 'calendar' }).first().click();
  const drawer = page.getByRole('dialog', { name: 'calendar' });
  await expect(drawer).toContainText('Renewed by itself');
  await drawer.getByRole('button', { name: 'Refresh now' }).click();
  await expect(drawer).toContainText('Last renewed');
  expect(provider.requests.refresh_token).toBe(1);
  const { events } = await signedIn.client.audit.list.query({});
  expect(events.slice(0, 2).map(({ type, title }) => `${type} ${title}`)).toEqual([
    'token_refresh Direct Access',
    'vault_change Credential connected',
  ]);
});

test('with a code: shown large, and the credential is there once the owner has typed it', async ({
  signedIn: _signedIn,
  provider,
  dashboard,
  browser_,
}) => {
  const page = await dashboard('/vault');
  const form = await fillIn(page, provider);
  await form.getByRole('radio', { name: 'With a code' }).click();
  await form.getByRole('button', { name: 'Get a code' }).click();
  const opened = browser_.context.waitForEvent('page');
  await form.getByRole('link').click();
  const tab = await opened;
  await tab.getByRole('button', { name: 'Continue' }).click();
  await consent(tab);
  await expect(form).toHaveCount(0, { timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'calendar' }).first()).toBeVisible();
});

test('a tab that is closed, or a provider that says no, leaves everything typed', async ({
  signedIn: _signedIn,
  provider,
  dashboard,
  browser_,
}) => {
  const page = await dashboard('/vault');
  const form = await fillIn(page, provider);
  const connect = async () => {
    const opened = browser_.context.waitForEvent('page');
    await form.getByRole('button', { name: 'Connect' }).click();
    return opened;
  };
  await (await connect()).close();
  await expect(form.getByLabel('Client id')).toHaveValue(provider.client.id);
  const tab = await connect();
  await tab.getByRole('link', { name: 'Cancel' }).click();
  await expect(form.getByRole('alert')).toContainText('There was no consent at the provider (access_denied).');
  await expect(form.getByLabel('Client id')).toHaveValue(provider.client.id);
});

test('a token that has to be connected again says so in the list, in the drawer and in the log', async ({
  signedIn,
  provider,
  dashboard,
}) => {
  const { id } = await createOAuthCredential(signedIn, provider, { endsInS: 3600 });
  provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' });
  const page = await dashboard(`/vault?open=${id}`);
  const drawer = page.getByRole('dialog', { name: 'main' });
  await drawer.getByRole('button', { name: 'Refresh now' }).click();
  await expect(drawer.getByRole('alert').first()).toContainText('paste a new refresh token under Edit');
  await expect(drawer.getByRole('button', { name: 'Connect again' })).toHaveCount(0);
  await expectNoViolations(page, 'drawer');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row', { name: /main/ })).toContainText('reconnect');
  await page.goto(page.url().replace(/#.*/, '#/audit'));
  await expect(page.getByText('The provider no longer accepts the refresh token').last()).toBeVisible();
  await expectNoViolations(page, 'log');
});
