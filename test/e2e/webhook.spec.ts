// A vault on its owner's webhook, as a person sets it up and uses it: bound and moved in the settings, written, read and filled from there.

import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import { addLogin } from '../kit/dashboard.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { startOAuthProvider } from '../kit/oauth-provider.ts';
import { password } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { readKept, startWebhook, webhookVariables, writeProviders } from '../kit/webhook.ts';
import { test as base, expect } from './fixtures.ts';

const test = base.extend<object, { server: ServerProcess }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters by their pattern.
    async ({}, use) => {
      const folder = await makeTempDir();
      const server = await startServerProcess({
        KEYTRAIL_DATA_DIR: join(folder.path, 'data'),
        KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1',
        ...webhookVariables,
      });
      await use(server);
      await server.kill('SIGTERM');
      await folder.remove();
    },
    { scope: 'worker' },
  ],
});

const panelOf = (page: Page) => page.getByRole('region', { name: 'Where secrets are kept' });

/** Binds a webhook in the settings, as a person does: address, code, start, connect. */
async function bindInSettings(page: Page, variables: Record<string, string> = {}) {
  const dir = await makeTempDir();
  const first = await startWebhook({ WEBHOOK_DIR: dir.path });
  await first.kill();
  const panel = panelOf(page);
  await panel.getByLabel('Address of your webhook').fill(first.url);
  await panel.getByLabel('Account password', { exact: true }).fill(password);
  await panel.getByRole('button', { name: 'Make a binding code' }).click();
  const command = (await panel.locator('code').textContent()) ?? '';
  const code = /WEBHOOK_CODE=(\S+)/.exec(command)?.[1] ?? '';
  // Nobody listens yet: the refusal says so, and the code stays good.
  await panel.getByRole('button', { name: 'Connect' }).click();
  await expect(panel.getByRole('alert')).toContainText('does not accept connections');
  const start = () =>
    startWebhook({
      WEBHOOK_DIR: dir.path,
      WEBHOOK_PORT: new URL(first.url).port,
      WEBHOOK_CODE: code,
      WEBHOOK_RETURN: 'on',
      ...variables,
    });
  const webhook = await start();
  await panel.getByRole('button', { name: 'Connect' }).click();
  await expect(panel.getByText('Answers', { exact: true })).toBeVisible();
  return { dir, webhook, start };
}

test('a person binds a webhook, moves the vault there, and stores, reveals and fills from it', async ({
  dashboard,
  browser_,
  signedIn,
  site,
}) => {
  const { client } = signedIn;
  for (const label of ['one', 'two', 'three']) {
    await client.credentials.create.mutate({
      kind: 'token',
      service: 'api',
      label,
      secret: { value: `value-${label}` },
    });
  }
  const page = await dashboard('/settings');
  const { dir, webhook } = await bindInSettings(page);
  const panel = panelOf(page);
  await panel.getByRole('button', { name: 'Move the vault to the webhook' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Move the vault' }).click();
  await expect(panel.getByText('0 at Keytrail, 3 on the webhook')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Move the vault back to Keytrail' })).toBeVisible();

  const secret = 'correct-horse-webhook';
  await addLogin(page, {
    service: 'shop',
    label: 'Sam',
    username: 'sam@example.com',
    site: site.toUrl('shop.test'),
    secret,
  });
  const [login] = (await client.credentials.list.query()).filter(({ service }) => service === 'shop');
  expect((await readKept({ dir })).get(login?.id ?? '')).toEqual({ password: secret });

  await page.getByRole('button', { name: /Sam/ }).first().click();
  const drawer = page.getByRole('dialog');
  await drawer
    .getByRole('button', { name: /Reveal/ })
    .first()
    .click();
  await expect(drawer.getByText(secret)).toBeVisible();

  const shop = await browser_.context.newPage();
  await shop.goto(site.toUrl('shop.test'));
  await shop.getByLabel('E-mail').click();
  await shop.waitForSelector(':popover-open');
  await expect(async () => {
    await shop.keyboard.press('ArrowDown');
    await shop.keyboard.press('Enter');
    await expect(shop.getByLabel('Password')).toHaveValue(secret, { timeout: 500 });
  }).toPass();

  await expect
    .poll(async () =>
      (await client.audit.list.query({ filter: { types: ['secret_access'] } })).events.map(({ action }) => action),
    )
    .toEqual(['deliver', 'ticket', 'deliver', 'ticket']);
  await webhook.kill();
  await dir.remove();
});

test('an import into a vault on a webhook is refused before a secret leaves, and goes on once the vault is back', async ({
  dashboard,
  signedIn,
}) => {
  const { client } = signedIn;
  const known = await client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'Shop',
    public: { username: 'sam', sites: ['https://shop.example.com'] },
    secret: { password: 'old' },
  });
  const page = await dashboard('/settings');
  const { dir, webhook } = await bindInSettings(page);
  const panel = panelOf(page);
  await panel.getByRole('button', { name: 'Move the vault to the webhook' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Move the vault' }).click();
  await expect(panel.getByText('0 at Keytrail, 1 on the webhook')).toBeVisible();

  const sent: string[] = [];
  page.on('request', (request) => {
    if (/\/trpc\/credentials\.(create|update)/.test(request.url())) sent.push(new URL(request.url()).pathname);
  });
  await page.getByRole('link', { name: 'Vault', exact: true }).click();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const dialog = page.getByRole('dialog');
  const csv = [
    'name,url,username,password,note',
    'News,https://news.example.com,sam,new-secret-1,',
    'Shop,https://shop.example.com,sam,new-secret-2,',
  ].join('\n');
  await dialog.getByLabel('File').setInputFiles({ name: 'export.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await dialog.getByRole('radio', { name: 'In the vault (1)' }).click();
  await dialog.getByLabel('What to do with Shop').selectOption('Replace the secret');
  await dialog.getByRole('button', { name: 'Import 2' }).click();
  await expect(dialog.getByText('cannot import into a vault on a webhook')).toBeVisible();
  await expect(dialog.getByText('move the vault back to Keytrail')).toBeVisible();
  expect(sent).toEqual([]);
  expect((await client.credentials.list.query()).map(({ id }) => id)).toEqual([known.id]);

  // Nothing is lost either: with the vault back, the same dialog goes on.
  await client.webhook.switchMode.mutate({ mode: 'platform' });
  await expect.poll(async () => (await client.webhook.state.query()).held, { timeout: 20_000 }).toBe(0);
  await dialog.getByRole('radio', { name: 'In the vault (1)' }).click();
  await dialog.getByLabel('What to do with Shop').selectOption('Skip');
  await dialog.getByRole('button', { name: 'Import 1' }).click();
  await expect(dialog.getByText('1 credential is stored.')).toBeVisible();
  expect(sent).toEqual(['/trpc/credentials.createMany']);
  await webhook.kill();
  await dir.remove();
});

test('a webhook that went away is said to be away, a move waits for it, and the vault comes back', async ({
  dashboard,
  signedIn,
}) => {
  const { client } = signedIn;
  await client.credentials.create.mutate({
    kind: 'token',
    service: 'api',
    label: 'one',
    secret: { value: 'value-one' },
  });
  const page = await dashboard('/settings');
  const { dir, webhook, start } = await bindInSettings(page);
  const panel = panelOf(page);
  await panel.getByRole('button', { name: 'Move the vault to the webhook' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Move the vault' }).click();
  await expect(panel.getByText('0 at Keytrail, 1 on the webhook')).toBeVisible();
  await webhook.kill();
  await panel.getByRole('button', { name: 'Check now' }).click();
  await expect(panel.getByText('Does not answer')).toBeVisible();
  await expect(panel.getByRole('alert')).toContainText('every use of what it holds is refused');
  await panel.getByRole('button', { name: 'Move the vault back to Keytrail' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Move the vault back' }).click();
  await expect(panel.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '0');
  await expect(panel.getByRole('alert')).toContainText('The move goes on by itself');
  const again = await start();
  await expect(panel.getByText('1 at Keytrail, 0 on the webhook')).toBeVisible({ timeout: 20_000 });
  await panel.getByRole('button', { name: 'Unbind' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Unbind' }).click();
  await expect(panel.getByLabel('Address of your webhook')).toBeVisible();
  await again.kill();
  await dir.remove();
});

test('a token on the webhook is renewed there, or by Keytrail once its owner says so; drawer and log say who did it', async ({
  dashboard,
  signedIn,
}) => {
  const { client } = signedIn;
  const provider = await startOAuthProvider();
  const names = await makeTempDir();
  const { id } = await createOAuthCredential(signedIn, provider, { endsInS: 3_000 });
  const page = await dashboard('/settings');
  const { dir, webhook } = await bindInSettings(page, {
    WEBHOOK_PROVIDERS: await writeProviders(names, provider),
    WEBHOOK_MEDIATED: 'on',
  });
  const panel = panelOf(page);
  await expect(panel.getByText('Renewed by the webhook (webhook-delegated)')).toBeVisible();
  await panel.getByRole('button', { name: 'Move the vault to the webhook' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Move the vault' }).click();
  await expect(panel.getByText('0 at Keytrail, 1 on the webhook')).toBeVisible();
  await expectNoViolations(page, 'settings');

  const openDrawer = async () => {
    await page.goto(page.url().replace(/#.*/, `#/vault?open=${id}`));
    return page.getByRole('dialog', { name: 'main' });
  };
  const drawer = await openDrawer();
  await expect(drawer).toContainText('Your webhook renews it');
  await drawer.getByRole('button', { name: 'Refresh now' }).click();
  await expect(drawer).toContainText('Last renewed');
  expect(provider.requests.refresh_token).toBe(1);
  await expectNoViolations(page, 'drawer');

  await page.goto(page.url().replace(/#.*/, '#/settings'));
  await panel.getByRole('checkbox', { name: 'Let Keytrail renew tokens' }).check();
  await expect(panel.getByText('Renewed by Keytrail, stored by the webhook (webhook-mediated)')).toBeVisible();
  await openDrawer();
  await expect(drawer).toContainText('Keytrail renews it, and your webhook stores it');
  await drawer.getByRole('button', { name: 'Refresh now' }).click();
  await expect.poll(() => provider.requests.refresh_token).toBe(2);
  provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' });
  await drawer.getByRole('button', { name: 'Refresh now' }).click();
  await expect(drawer.getByRole('alert').first()).toContainText('enter new tokens, which go to your webhook');
  await expect(drawer.getByRole('button', { name: 'Connect again' })).toHaveCount(0);

  await page.goto(page.url().replace(/#.*/, '#/audit'));
  await expect(
    page
      .getByRole('row', { name: /Direct Access/ })
      .getByText('webhook-delegated')
      .last(),
  ).toBeVisible();
  await expect(
    page
      .getByRole('row', { name: /Direct Access/ })
      .getByText('webhook-mediated')
      .last(),
  ).toBeVisible();
  await page.getByRole('row').getByText('webhook-delegated').last().click();
  await expect(page.getByRole('dialog')).toContainText('webhook-delegated: renewed by the owner’s webhook');
  expect((await client.audit.list.query({ filter: { types: ['token_refresh'] } })).events).toHaveLength(3);
  await webhook.kill();
  await dir.remove();
  await names.remove();
  await provider.stop();
});
