// Importing what another program exported: seen before it is stored, in batches, and nothing twice however often it is tried.

import type { Locator, Page } from '@playwright/test';
import { expectNoViolationsInThemes } from '../kit/axe.ts';
import { expect, type Person, test } from './fixtures.ts';

const header = 'folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp';
const bitwarden = [
  header,
  'Work,,login,GitHub,,,0,"https://github.com/login,https://gist.github.com",octo,"top,""1",JBSWY3DPEHPK3PXP',
  'Work,,login,Shop,bought here,pin: 12,0,https://shop.example.com,sam,secret-2,',
  ',,note,Server room,The code is 99,,0,,,,',
  ',,login,Nothing,,,0,https://empty.example.com,sam,,',
  'Work,,login,Shop,bought here,pin: 12,0,https://shop.example.com,sam,secret-2,',
].join('\n');

async function choose(page: Page, name: string, text: string): Promise<Locator> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  return dialog;
}

async function openImport(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('dialog', { name: 'Import credentials' }).waitFor();
}

async function listLabels({ client }: Person): Promise<string[]> {
  return (await client.credentials.list.query()).map(({ service, label }) => `${service}/${label}`);
}

const toCsv = (count: number) =>
  [
    'name,url,username,password,note',
    ...Array.from({ length: count }, (_, n) => `Site ${n},https://s${n}.example.com,sam,p-${n},`),
  ].join('\n');

test('an export is looked at and stored by keyboard alone, and none of its secrets is anywhere else', async ({
  signedIn,
  dashboard,
}) => {
  const { client } = signedIn;
  await client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'My shop',
    public: { username: 'sam', sites: ['https://shop.example.com'] },
    secret: { password: 'old' },
  });
  const page = await dashboard('/vault');
  await page.getByRole('button', { name: 'Import', exact: true }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('File'), 'the first control has the focus').toBeFocused();
  await choose(page, 'export.csv', bitwarden);
  await expect(dialog.getByText('An export of Bitwarden.')).toBeVisible();
  await expect(dialog).not.toContainText(/top,"1|secret-2|JBSWY3|code is 99/);

  const github = dialog.getByRole('listitem').filter({ hasText: 'GitHub' });
  await expect(github).toContainText('Login · octo · 2 sites · one-time code · Work');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Server room' })).toContainText('Fields · 1 value');
  await dialog.getByRole('radio', { name: 'New (2)' }).focus();
  await page.keyboard.press('ArrowRight', { delay: 50 });
  const choice = dialog.getByLabel('What to do with Shop');
  await expect(dialog.getByText('In the vault as “My shop”.')).toBeVisible();
  await expect(choice).toHaveValue('skip');
  await choice.focus();
  await page.keyboard.type('R');
  await expect(choice).toHaveValue('update');
  await dialog.getByRole('radio', { name: 'In the vault (1)' }).focus();
  await page.keyboard.press('ArrowRight', { delay: 50 });
  await expect(dialog.getByRole('listitem')).toContainText([
    'Row 5: It holds no password, no one-time code and no notes.',
    'Row 6: The same as row 3, word for word.',
  ]);
  await dialog.getByRole('button', { name: 'Import 3' }).press('Enter');
  await expect(dialog.getByText('2 credentials are stored, 1 secret is replaced.')).toBeVisible();
  await expect(dialog.getByText('Now delete export.csv')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Close' }).last()).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });

  expect(await listLabels(signedIn)).toEqual(['github/GitHub', 'server-room/Server room', 'shop/My shop']);
  const stored = await client.credentials.list.query();
  const reveal = async (label: string) => {
    const credential = stored.find((candidate) => candidate.label === label);
    const fields = credential?.secretFields.filter((name) => name !== 'totp');
    return (await client.credentials.use.mutate({ id: credential?.id ?? '', action: 'reveal', fields })).values;
  };
  expect(await reveal('GitHub')).toEqual({ password: 'top,"1' });
  expect(await reveal('My shop')).toEqual({ password: 'secret-2', notes: 'bought here\n\nfields: pin: 12' });
  expect(await reveal('Server room')).toEqual({ note: 'The code is 99' });
  const { events } = await client.audit.since.query({ from: 0 });
  const imported = events.filter(({ correlationId, action }) => action === 'create' && correlationId !== undefined);
  expect(imported.map(({ credentialLabel }) => credentialLabel)).toEqual(['GitHub', 'Server room']);
  expect(new Set(imported.map(({ correlationId }) => correlationId)).size).toBe(1);
  const kept = await page.evaluate(async () => {
    // @ts-expect-error: runs in the page, where `chrome` is.
    return JSON.stringify([await chrome.storage.local.get(), { ...localStorage }, { ...sessionStorage }]);
  });
  expect(kept).not.toMatch(/top,|secret-2|JBSWY3|code is 99/);
});

test('an import that is stopped goes on where it was, and one that is begun anew stores nothing twice', async ({
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await openImport(page);
  const dialog = await choose(page, 'many.csv', toCsv(420));
  // Each batch waits for its leave, so that the stop falls between two of them.
  const leave: (() => void)[] = [];
  await page.route('**/trpc/credentials.createMany*', async (route) => {
    await new Promise<void>((resolve) => leave.push(resolve));
    await route.continue();
  });
  await dialog.getByRole('button', { name: 'Import 420' }).click();
  await expect.poll(() => leave.length).toBe(1);
  leave[0]?.();
  await expect(dialog.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');
  await expect.poll(() => leave.length).toBe(2);
  await dialog.getByRole('button', { name: 'Stop' }).click();
  leave[1]?.();
  await expect(dialog.getByText('Stopped: 100 of 420 are stored.')).toBeVisible();
  expect(await listLabels(signedIn)).toHaveLength(100);

  // Begun anew, from the file.
  await page.unrouteAll();
  await page.reload();
  await openImport(page);
  await choose(page, 'many.csv', toCsv(420));
  await expect(dialog.getByRole('radio', { name: 'In the vault (100)' })).toBeVisible();

  // The server stores a batch, and its answer is lost: what is left is still what is left.
  let calls = 0;
  await page.route('**/trpc/credentials.createMany*', async (route) => {
    calls++;
    if (calls !== 2) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  await dialog.getByRole('button', { name: 'Import 320' }).click();
  await expect(dialog.getByText(/^Stopped: 50 of 320 are stored/)).toBeVisible();
  expect(await listLabels(signedIn)).toHaveLength(200);
  await dialog.getByRole('button', { name: 'Import 220' }).click();
  await expect(dialog.getByText('270 credentials are stored.')).toBeVisible();
  const labels = await listLabels(signedIn);
  expect(labels).toHaveLength(420);
  expect(new Set(labels).size).toBe(420);
});

test('five thousand entries are planned at once and stored', async ({ signedIn, dashboard }) => {
  test.slow();
  const page = await dashboard('/vault');
  await openImport(page);
  const dialog = await choose(page, 'huge.csv', toCsv(5000));
  await expect(dialog.getByRole('radio', { name: 'New (5,000)' })).toBeVisible();
  await expect(dialog.getByText('1 to 100 of 5,000')).toBeVisible();
  await dialog.getByRole('button', { name: 'Later' }).click();
  await expect(dialog.getByText('101 to 200 of 5,000')).toBeVisible();
  await dialog.getByRole('button', { name: 'Import 5,000' }).click();
  await expect(dialog.getByText('5,000 credentials are stored.')).toBeVisible({ timeout: 120_000 });
  expect(await listLabels(signedIn)).toHaveLength(5000);
});

test('a table of nobody known is mapped by hand, with and without names of columns', async ({
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/vault');
  await openImport(page);
  const dialog = await choose(page, 'odd.csv', 'Work;Router;admin;pw-1;http://192.168.1.1\nHome;Wifi;;pw-2;\n');
  await expect(dialog.getByRole('heading', { name: 'What is in which column?' })).toBeVisible();
  await dialog.getByLabel('The first row is an entry, too').check();
  const roles = ['Folder, becomes tags', 'Title', 'Username', 'Password or token', 'Web address'];
  for (const [index, role] of roles.entries()) await dialog.getByLabel(`Column ${index + 1} (`).selectOption(role);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByRole('listitem')).toContainText(['Router', 'Wifi']);
  await dialog.getByRole('checkbox', { name: 'Take Router' }).uncheck();
  await dialog.getByRole('button', { name: 'Import 1' }).click();
  await expect(dialog.getByText('1 credential is stored.')).toBeVisible();
  expect(await signedIn.client.credentials.list.query()).toMatchObject([
    { kind: 'token', label: 'Wifi', tags: ['Home'] },
  ]);
});

test('an .env file becomes one credential, under a name of its reader’s choice', async ({ signedIn, dashboard }) => {
  const page = await dashboard('/vault');
  await openImport(page);
  const env =
    '# prod\nexport API_KEY="k 1"\nDB_URL=postgres://u:p@db/x\nBAD NAME=x\nEMPTY=\nPEM="-----BEGIN\nabc=\n-----END"\n';
  const dialog = await choose(page, '.env.production', env);
  await expect(dialog.getByLabel('Service')).toHaveValue('production');
  await dialog.getByLabel('Service').fill('shop api');
  await expect(dialog.getByRole('button', { name: 'Import' })).toBeDisabled();
  await dialog.getByLabel('Service').fill('shop');
  await expect(dialog.getByText('API_KEY, DB_URL, PEM')).toBeVisible();
  await expect(dialog.getByText('BAD NAME its line is not understood')).toBeVisible();
  await expect(dialog.getByText('EMPTY has no value')).toBeVisible();
  await dialog.getByRole('button', { name: 'Import 1' }).click();
  await expect(dialog.getByText('1 credential is stored.')).toBeVisible();
  const [stored] = await signedIn.client.credentials.list.query();
  expect(stored).toMatchObject({ kind: 'fields', service: 'shop', label: '.env.production' });
  const { values } = await signedIn.client.credentials.use.mutate({ id: stored?.id ?? '', action: 'reveal' });
  expect(values).toEqual({ API_KEY: 'k 1', DB_URL: 'postgres://u:p@db/x', PEM: '-----BEGIN\nabc=\n-----END' });
});

test('what cannot be read is said, and no step breaks a rule of axe or needs more room than a phone has', async ({
  signedIn,
  dashboard,
}) => {
  await signedIn.client.credentials.create.mutate({
    kind: 'login',
    service: 'shop',
    label: 'Sam',
    public: { username: 'sam', sites: ['https://shop.example.com'] },
    secret: { password: 'old' },
  });
  const page = await dashboard('/vault');
  await openImport(page);
  const dialog = page.getByRole('dialog');
  const check = async (step: string) => {
    await expectNoViolationsInThemes(page, step, '[role="dialog"]');
    await page.setViewportSize({ width: 320, height: 700 });
    const measure = () =>
      dialog.evaluate((element) =>
        Math.max(
          ...[element, ...element.querySelectorAll('*')].map((node) => node.getBoundingClientRect().right - innerWidth),
        ),
      );
    // The page follows the window in its own time.
    await expect.poll(measure, step).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 860 });
  };
  for (const [text, words] of [
    ['', 'There are no entries in this file.'],
    ['words\nwords', 'This file has one column only.'],
    [toCsv(5001), 'This file has more than 5,000 entries.'],
  ] as const) {
    await choose(page, 'bad.csv', text);
    await expect(dialog.getByText(words)).toBeVisible();
  }
  await check('file');
  await choose(page, 'odd.csv', 'foo,bar\n1,2\n');
  await dialog.getByRole('heading', { name: 'What is in which column?' }).waitFor();
  await check('columns');
  await dialog.getByRole('button', { name: 'Another file' }).click();
  await choose(page, 'export.csv', bitwarden);
  for (const group of ['New (2)', 'In the vault (1)', 'Not taken (2)']) {
    await dialog.getByRole('radio', { name: group }).click();
    await check(group);
  }
  await dialog.getByRole('button', { name: 'Import 2' }).click();
  await dialog.getByText('2 credentials are stored.').waitFor();
  await check('done');
});
