// The proxies page as its owner works it: from a template, by hand, from another client's configuration; keys, policies, removal.

import type { Locator, Page } from '@playwright/test';
import { expectNoViolationsInThemes } from '../kit/axe.ts';
import { expect, type Person, test } from './fixtures.ts';

const pasted = 'pasted-secret-0123456789';
const cardOf = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });

async function choose(page: Page, name: string, action: string | RegExp) {
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

async function addToken({ client }: Person, service = 'github') {
  return await client.credentials.create.mutate({
    kind: 'token',
    service,
    label: `${service} token`,
    secret: { value: 'kt-test-token-value' },
  });
}

async function addProxy(person: Person, name: string) {
  const credential = await addToken(person);
  const { proxy, key } = await person.client.proxies.create.mutate({
    kind: 'mcp',
    name,
    upstreamUrl: 'https://mcp.example.com/mcp',
    credentialId: credential.id,
    headers: { authorization: 'Bearer ${TOKEN}' },
  });
  return { credential, proxy, key };
}

test('the first proxy begins with a template; its key is shown once, inside the configuration of a client', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await addToken(signedIn);
  const page = await dashboard('/proxies');
  await page.getByRole('button', { name: 'Make the first proxy' }).click();
  const templates = page.getByRole('dialog', { name: 'New proxy' });
  await templates.getByLabel('Search services').fill('github');
  await templates.getByRole('button', { name: /GitHub.*githubcopilot/ }).click();
  const form = page.getByRole('dialog', { name: 'New proxy' });
  await expect(form.getByLabel('Name', { exact: true })).toHaveValue('github');
  await expect(form.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(
    `Programs will call ${server.url}/mcp/p/github`,
  );
  await expect(form.getByLabel('Upstream address')).toHaveValue('https://api.githubcopilot.com/mcp/');
  await expect(form.getByLabel('Credential')).toHaveAccessibleDescription('A personal access token.');
  await form.getByRole('button', { name: 'Create proxy' }).click();

  const keyDialog = page.getByRole('dialog', { name: 'The key of github' });
  const key = (await keyDialog.locator('code').first().textContent()) ?? '';
  expect(key).toMatch(/^kt_proxy_/);
  for (const client of ['Claude Code', 'Claude Desktop', 'Cursor', 'VS Code', 'Codex', 'Gemini CLI']) {
    await keyDialog.getByRole('radio', { name: client }).click();
    await expect(keyDialog.getByRole('region', { name: client })).toContainText(`${server.url}/mcp/p/github`);
    await expect(keyDialog.getByRole('region', { name: client })).toContainText(key);
  }
  await expect(keyDialog.getByRole('radio', { name: 'Address only' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await keyDialog.getByRole('button', { name: 'I have stored the key' }).click();
  await expect(keyDialog).toHaveCount(0);

  const card = cardOf(page, 'github');
  for (const fact of [
    'MCP',
    'On',
    'api.githubcopilot.com/mcp/',
    'github token',
    'authorization',
    'all tools',
    'never',
  ]) {
    await expect(card).toContainText(fact);
  }
  await card.getByRole('button', { name: 'Details' }).click();
  const details = page.getByRole('dialog', { name: 'github' });
  await expect(details.getByRole('region', { name: 'Claude Code' })).toContainText('YOUR_PROXY_KEY');
  await expect(page.locator('body')).not.toContainText(key);
  // The upstream lies elsewhere, where no test may call.
  await signedIn.client.proxies.setEnabled.mutate({
    id: (await signedIn.client.proxies.list.query())[0]?.id ?? '',
    enabled: false,
  });
  await details.getByRole('button', { name: 'Call it' }).click();
  await expect(details.getByRole('alert')).toContainText('The proxy is switched off');
  await details.getByRole('button', { name: 'Close' }).click();
  await card.getByRole('link', { name: 'View activity' }).click();
  await expect(page).toHaveURL(/#\/audit\?proxies=/);
  await expect(page.getByRole('row').filter({ hasText: 'Proxy created' })).toHaveCount(1);
});

test('a proxy made by hand: what is wrong is said at its field, then it is stored as it was typed', async ({
  signedIn,
  dashboard,
}) => {
  const login = await signedIn.client.credentials.create.mutate({
    kind: 'login',
    service: 'billing',
    label: 'billing',
    public: { username: 'sam', sites: [] },
    secret: { password: 'kt-test-password' },
  });
  const page = await dashboard('/proxies');
  await page.getByRole('button', { name: 'Make the first proxy' }).click();
  await page.getByRole('button', { name: 'Start from nothing' }).click();
  const form = page.getByRole('dialog');
  const submit = form.getByRole('button', { name: 'Create proxy' });
  await form.getByRole('radio', { name: 'HTTP API' }).click();
  await submit.click();
  const name = form.getByLabel('Name', { exact: true });
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription('This is needed.');
  await name.fill('Billing API');
  await form.getByLabel('Upstream address').fill('billing');
  await submit.click();
  await expect(name).toHaveAccessibleDescription(/^Small letters/);
  await expect(form.getByLabel('Upstream address')).toHaveAccessibleDescription('This is not a web address.');
  await expect(form.getByLabel('Credential')).toHaveAccessibleDescription(/^Choose one/);
  await name.fill('billing');
  await form.getByLabel('Upstream address').fill('https://billing.example.com/v2');
  await form.getByLabel('Credential').selectOption('billing (billing)');

  const value = form.getByLabel('Value');
  await value.fill('Bearer ${SECRET}');
  await expect(value).toHaveAccessibleDescription(/^The only places are/);
  await value.fill('');
  await form.getByLabel('Header', { exact: true }).fill('x-customer');
  await value.focus();
  await form.getByRole('button', { name: '${FIELD:username}' }).click();
  await expect(value).toHaveValue('${FIELD:username}');
  await form.getByRole('checkbox', { name: /Sign in by username and password/ }).check();
  await form.getByRole('button', { name: 'Add call' }).click();
  await form.getByRole('textbox', { name: 'Path' }).fill('/invoices/*');
  await form.getByRole('checkbox', { name: /Take the key from the address/ }).check();
  await expect(form.getByRole('status')).toContainText('Addresses end up in histories');
  await submit.click();
  await page.getByRole('button', { name: 'I have stored the key' }).click();
  const card = cardOf(page, 'billing');
  await expect(card).toContainText('1 kind of call · key also in the address');

  const [stored] = await signedIn.client.proxies.list.query();
  expect(stored).toMatchObject({
    kind: 'http',
    name: 'billing',
    upstreamUrl: 'https://billing.example.com/v2',
    credentialId: login.id,
    headers: { 'x-customer': '${FIELD:username}' },
    basicAuth: { username: '${FIELD:username}', password: '${TOKEN}' },
    routes: [{ method: 'GET', path: '/invoices/*' }],
    keyInUrl: true,
  });

  await choose(page, 'billing', 'Edit');
  const edit = page.getByRole('dialog', { name: 'Edit billing' });
  await edit.getByRole('button', { name: 'Remove /invoices/*' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit).toHaveCount(0);
  await expect(card).toContainText('all calls');
});

test('an import shows what it will do; a pasted secret goes into the vault and nowhere else', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const stored = await addToken(signedIn, 'linear');
  const page = await dashboard('/proxies');
  await page.getByRole('button', { name: 'Import from a client' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import from a client' });
  const box = dialog.getByLabel('Configuration');
  await box.fill('{ "mcpServers": ');
  await expect(box).toHaveAccessibleDescription(/^This is not complete JSON/);
  await box.fill(
    JSON.stringify({
      mcpServers: {
        'Git Hub': { type: 'http', url: 'https://mcp.example.com/a', headers: { Authorization: `Bearer ${pasted}` } },
        linear: { url: 'https://mcp.example.com/b', headers: { Authorization: 'Bearer ${env:LINEAR_KEY}' } },
        files: { command: 'npx', args: ['-y', '@example/files'] },
      },
    }),
  );
  const rows = dialog.getByRole('list', { name: '3 servers' }).getByRole('listitem');
  await expect(rows.filter({ hasText: 'files' })).toContainText('It is a program on your computer');
  const github = rows.filter({ hasText: 'Git Hub' });
  await expect(github.getByLabel('Name')).toHaveValue('git-hub');
  await expect(github).toContainText('authorization: Bearer ${TOKEN}');
  await expect(github).not.toContainText(pasted);
  const linear = rows.filter({ hasText: 'linear' });
  await dialog.getByRole('button', { name: 'Import 2 servers' }).click();
  await expect(linear.getByRole('textbox', { name: 'Value of LINEAR_KEY' })).toHaveAccessibleDescription(
    'This is needed.',
  );
  expect(await signedIn.client.proxies.list.query()).toEqual([]);
  await linear.getByLabel('Credential of linear').selectOption('linear token (linear)');
  await dialog.getByRole('button', { name: 'Import 2 servers' }).click();

  const done = page.getByRole('dialog', { name: '2 proxies made' });
  await done.getByRole('radio', { name: 'Cursor' }).click();
  const config = JSON.parse((await done.getByRole('region', { name: 'Cursor' }).textContent()) ?? '');
  expect(config.mcpServers['git-hub'].url).toBe(`${server.url}/mcp/p/git-hub`);
  expect(config.mcpServers.linear.headers.Authorization).toMatch(/^Bearer kt_proxy_/);
  await done.getByRole('button', { name: 'I have stored the keys' }).click();
  await expect(cardOf(page, 'git-hub')).toContainText('Git Hub');

  const proxies = await signedIn.client.proxies.list.query();
  expect(JSON.stringify(proxies)).not.toContain(pasted);
  expect(proxies.find(({ name }) => name === 'linear')?.credentialId).toBe(stored.id);
  const credentials = await signedIn.client.credentials.list.query();
  const token = credentials.find(({ service }) => service === 'git-hub');
  expect(token).toMatchObject({ kind: 'token', label: 'Git Hub' });
  const { values } = await signedIn.client.credentials.use.mutate({
    id: token?.id ?? '',
    action: 'reveal',
    fields: ['value'],
  });
  expect(values).toEqual({ value: pasted });
});

test('an import under way cannot be closed: the keys of what is being made are shown only once', async ({
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/proxies');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/trpc/proxies.create*', async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Import from a client' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import from a client' });
  await dialog.getByLabel('Configuration').fill('{ "mcpServers": { "one": { "url": "https://mcp.example.com/a" } } }');
  const asked = page.waitForRequest('**/trpc/proxies.create*');
  await dialog.getByRole('button', { name: 'Import 1 server' }).click();
  await asked;
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeDisabled();
  await expect(dialog.getByRole('button', { name: 'Close' })).toHaveCount(0);
  letGo();
  const done = page.getByRole('dialog', { name: '1 proxy made' });
  await expect(done.getByRole('button', { name: 'Copy the key of one' })).toBeVisible();
  expect(await signedIn.client.proxies.list.query()).toMatchObject([{ name: 'one' }]);
});

test('a key is rotated with an overlap and the old one ended; off, on, and gone', async ({ signedIn, dashboard }) => {
  await addProxy(signedIn, 'github');
  const page = await dashboard('/proxies');
  const card = cardOf(page, 'github');
  await choose(page, 'github', 'Rotate key');
  const rotation = page.getByRole('dialog', { name: 'Rotate the key of github' });
  await rotation.getByRole('radio', { name: '7 days' }).click();
  await rotation.getByRole('button', { name: 'Rotate key' }).click();
  await expect(page.getByRole('dialog')).toContainText('The old key');
  await page.getByRole('button', { name: 'I have stored the key' }).click();
  await expect(card).toContainText('ends in 7 days');
  await card.getByRole('button', { name: /^End now: the key …/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End now' }).click();
  await expect(card).not.toContainText('ends in');

  await choose(page, 'github', 'Switch off');
  await expect(card).toContainText('Off');
  await choose(page, 'github', 'Switch on');
  await expect(card).toContainText('On');

  await choose(page, 'github', 'Delete');
  const confirm = page.getByRole('alertdialog', { name: 'Delete github?' });
  await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await confirm.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No proxies yet')).toBeVisible();
});

test('policies are attached from the proxy and from the policy; each leads to the other', async ({
  signedIn,
  dashboard,
}) => {
  await addProxy(signedIn, 'github');
  for (const name of ['Few uses', 'Office']) {
    await signedIn.client.policies.create.mutate({
      name,
      mode: 'enabled',
      rules: [{ type: 'rate_limit', uses: 10, per: 'hour', counts: 'agent' }],
    });
  }
  const page = await dashboard('/proxies');
  await cardOf(page, 'github').getByRole('button', { name: 'Details' }).click();
  const details = page.getByRole('dialog', { name: 'github' });
  await details.getByRole('button', { name: 'Attach a policy' }).click();
  await page.getByRole('menuitem', { name: 'Few uses' }).click();
  await expect(details.getByRole('link', { name: 'Few uses' })).toBeVisible();
  await details.getByRole('button', { name: 'Close' }).click();
  await expect(cardOf(page, 'github')).toContainText('Few uses');

  await page.getByRole('link', { name: 'Policies', exact: true }).click();
  const office = page.getByRole('listitem').filter({ hasText: 'Office' });
  await office.getByRole('button', { name: /Attach/ }).click();
  const attach = page.getByRole('dialog', { name: 'What Office applies to' });
  await attach.getByRole('region', { name: 'Proxies' }).getByRole('checkbox', { name: 'github' }).check();
  await attach.getByRole('button', { name: 'Save' }).click();
  await expect(attach).toHaveCount(0);
  await office.getByRole('link', { name: 'Proxy github' }).click();
  await expect(page.getByRole('dialog', { name: 'github' }).getByRole('link', { name: 'Office' })).toBeVisible();
});

test('a change that the server refuses is said where it was asked for', async ({ signedIn, dashboard }) => {
  const { proxy } = await addProxy(signedIn, 'github');
  const page = await dashboard('/proxies');
  await expect(cardOf(page, 'github')).toBeVisible();
  await choose(page, 'github', 'Edit');
  await signedIn.client.proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('changed elsewhere');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await signedIn.client.proxies.remove.mutate({ id: proxy.id });
  await choose(page, 'github', /^Switch o/);
  await expect(cardOf(page, 'github').getByRole('alert')).toContainText('There is no such thing');
});

test('axe finds nothing on the page or in what opens over it, light or dark, and the page fits 320 to 1600 px', async ({
  signedIn,
  dashboard,
}) => {
  test.setTimeout(120_000);
  const empty = await dashboard('/proxies');
  await empty.getByRole('button', { name: 'Make the first proxy' }).waitFor();
  await expectNoViolationsInThemes(empty, 'none yet');
  await empty.close();

  const { proxy } = await addProxy(signedIn, 'github');
  await signedIn.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 60 });
  const page = await dashboard('/proxies');
  const card = cardOf(page, 'github');
  await expect(card).toContainText('ends in');
  await expectNoViolationsInThemes(page, 'one, its key rotated');
  const height = 860;
  for (const width of [320, 768, 1600]) {
    await page.setViewportSize({ width, height });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1280, height });
  const opened: Record<string, () => Promise<Locator>> = {
    templates: async () => {
      await page.getByRole('button', { name: 'New proxy' }).click();
      return page.getByRole('dialog');
    },
    form: async () => {
      await choose(page, 'github', 'Edit');
      await page.getByRole('radio', { name: 'Only these' }).click();
      await page.getByLabel('Value').fill('${WRONG}');
      await page.getByRole('button', { name: 'Save' }).click();
      return page.getByRole('dialog');
    },
    details: async () => {
      await card.getByRole('button', { name: 'Details' }).click();
      return page.getByRole('dialog');
    },
    import: async () => {
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByLabel('Configuration').fill(
        JSON.stringify({
          mcpServers: {
            a: { url: 'https://mcp.example.com/a', headers: { 'x-api-key': '${KEY}', host: 'a' } },
            b: { command: 'b' },
          },
        }),
      );
      await page.getByRole('button', { name: 'Import 1 server' }).click();
      await expect(page.getByRole('textbox', { name: 'Value of KEY' })).toHaveAccessibleDescription('This is needed.');
      return page.getByRole('dialog');
    },
    removal: async () => {
      await choose(page, 'github', 'Delete');
      return page.getByRole('alertdialog');
    },
  };
  for (const [name, open] of Object.entries(opened)) {
    const dialog = await open();
    await expect(dialog).toBeVisible();
    await expectNoViolationsInThemes(page, name);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
});
