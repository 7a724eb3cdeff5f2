// The Policies page: a policy is written as sentences, attached, holds from the next request on, and can be tried first.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { Locator, Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import type { Browser } from '../kit/browser.ts';
import { getRefusal } from '../kit/client.ts';
import { readAgain } from '../kit/dashboard.ts';
import { postAuth } from '../kit/people.ts';
import { createPolicy } from '../kit/policies.ts';
import { toProxyFields } from '../kit/proxies.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';
import { createPerson, expect, type Person, putSession, test } from './fixtures.ts';

const rate = { type: 'rate_limit', uses: 50, per: 'hour', counts: 'agent' } as const;
const rowOf = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Policies' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name }) });

test('a template is edited, attached, and holds from the next request on; the log shows the policy at work', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const bot = await createGrantedAgent(signedIn, server.url);
  await bot.client.agent.credential.mutate({ service: 'github' });
  const page = await dashboard('/policies');
  await page.getByRole('link', { name: /^Browser only/ }).click();
  await expect(page.getByLabel('Name')).toHaveValue('Browser only');
  await page.getByLabel('Name').fill('My browser only');
  const clients = page.getByRole('listitem', { name: 'Clients' });
  await expect(clients).toContainText('Only Browser clients');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByRole('menuitem', { name: /^Rate/ }).click();
  const uses = page.getByRole('textbox', { name: 'Uses' });
  await expect(uses).toBeFocused();
  await uses.fill('5');
  await page.getByLabel('In any').selectOption('a minute');
  await expect(page.getByText('At most 5 uses a minute for each agent')).toBeVisible();
  await page.getByRole('button', { name: 'Create policy' }).click();

  const dialog = page.getByRole('dialog', { name: 'What My browser only applies to' });
  await dialog.getByLabel('Search agents, credentials and proxies').fill('deploy');
  await dialog.getByRole('checkbox', { name: 'deploy-bot' }).check();
  await expect(dialog.getByRole('status')).toHaveText('attach 1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = rowOf(page, 'My browser only');
  await expect(row.getByRole('link', { name: 'Agent deploy-bot' })).toBeVisible();
  await expect(row.getByRole('list', { name: 'Rules of My browser only' }).getByRole('listitem')).toHaveText([
    'Only Browser clients',
    'At most 5 uses a minute for each agent',
  ]);

  const refusal = await getRefusal(bot.client.agent.credential.mutate({ service: 'github' }));
  expect(refusal).toMatchObject({ status: 403, rule: 'client' });
  await row.getByRole('link', { name: 'View activity' }).click();
  await expect(page).toHaveURL(/policies=/);
  await expect(page.getByRole('button', { name: 'Policy: My browser only' })).toBeVisible();
  const denied = page.getByRole('row').filter({ hasText: 'deploy-bot' });
  await expect(denied).toHaveCount(1);
  await denied.locator('[data-row]').click();
  await expect(page.getByRole('dialog')).toContainText('My browser only');

  // By now the server has seen this browser, and knows where it is.
  const network = await dashboard('/policies?edit=new&template=this_network');
  await expect(network.getByText('Only from 127.0.0.1')).toBeVisible();
  await network.getByRole('button', { name: 'Remove 127.0.0.1' }).click();
  await network.getByRole('button', { name: 'Add my current address, 127.0.0.1' }).click();
  await expect(network.getByText('Only from 127.0.0.1')).toBeVisible();
});

test('before it is saved, a policy explains one request and is replayed over the log; replayed events lead there', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const bot = await createGrantedAgent(signedIn, server.url);
  for (let n = 0; n < 3; n++) await bot.client.agent.credential.mutate({ service: 'github' });
  await signedIn.client.credentials.use.mutate({ id: bot.credential.id, action: 'reveal' });
  const page = await dashboard('/policies?edit=new&template=browser_only');
  const trial = page.getByRole('complementary', { name: 'Try it' });
  await expect(trial.getByLabel('For which credential')).toHaveValue(bot.credential.id);
  await trial.getByLabel('Who asks').selectOption('deploy-bot');
  const decision = trial.getByRole('status').first();
  await expect(decision).toContainText('Refused');
  await expect(decision).toContainText(
    '“Browser only” refuses it: The kind of client is not one that a policy allows.',
  );
  const steps = trial.getByRole('list').first();
  await expect(steps).toContainText('The client is of the kind Node.js.');
  await expect(steps.getByText('decides')).toHaveCount(1);
  await trial.getByLabel('With which client').selectOption('Browser');
  await expect(decision).toContainText('Allowed');
  await page.getByLabel('Mode', { exact: true }).getByRole('radio', { name: 'Observe' }).click();
  await trial.getByLabel('With which client').selectOption('CLI');
  await expect(decision).toContainText('would refuse it, but only observes');
  await trial.getByLabel('From which address').fill('203.0.113.0/24');
  await expect(trial.getByText('One IP address, such as 203.0.113.7.')).toBeVisible();

  await trial.getByRole('radio', { name: 'The last 90 days' }).click();
  await expect(page).toHaveURL(/trial=replay/);
  await expect(trial.getByRole('button', { name: 'Replay' })).toBeDisabled();
  await trial.getByRole('button', { name: 'Filter by agents' }).click();
  await page.getByRole('checkbox', { name: 'deploy-bot' }).click();
  await page.keyboard.press('Escape');
  await trial.getByRole('button', { name: 'Replay' }).click();
  await expect(trial.getByText('Would have blocked 3 of 3')).toBeVisible();
  await trial.getByRole('button', { name: 'Show as table' }).click();
  await expect(trial.getByRole('region', { name: 'Uses by day' }).getByRole('row')).toHaveCount(2);
  const blocked = trial.getByRole('list', { name: 'Would have been blocked' }).getByRole('link');
  await expect(blocked).toHaveCount(3);

  await page.getByRole('listitem', { name: 'Clients' }).getByLabel('Node.js').check();
  await expect(trial.getByText('The policy or the choice has changed since.')).toBeVisible();
  await trial.getByRole('button', { name: 'Replay again' }).click();
  await expect(trial.getByText('Would have blocked 0 of 3')).toBeVisible();
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByRole('menuitem', { name: /^Approval/ }).click();
  await trial.getByRole('button', { name: 'Replay again' }).click();
  await expect(trial.getByText('Would have asked you for approval 3 times.')).toBeVisible();

  await page.getByRole('listitem', { name: 'Clients' }).getByLabel('Node.js').uncheck();
  await trial.getByRole('button', { name: 'Replay again' }).click();
  await expect(blocked).toHaveCount(3);
  await page.getByRole('button', { name: 'Create policy' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await rowOf(page, 'Browser only').getByRole('button', { name: 'Edit' }).click();
  await trial.getByRole('radio', { name: 'The last 90 days' }).click();
  await trial.getByRole('button', { name: 'Filter by credentials' }).click();
  await page.getByRole('checkbox', { name: /^main/ }).click();
  await page.keyboard.press('Escape');
  await trial.getByRole('button', { name: 'Replay' }).click();
  await expect(trial.getByText(/^Would have blocked \d of 4/)).toBeVisible();
  await blocked.first().click();
  await expect(page).toHaveURL(/audit\?event=/);
  await expect(page.getByRole('dialog')).toContainText('Secret Access');
});

test('what is stored explains a request too, over the list', async ({ server, signedIn, dashboard }) => {
  const bot = await createGrantedAgent(signedIn, server.url);
  const { name } = await createPolicy(
    signedIn,
    [{ type: 'reason', lengthMin: 10 }],
    [{ kind: 'agent', id: bot.agent.id }],
  );
  const page = await dashboard('/policies');
  await page.getByRole('button', { name: 'Explain a request' }).click();
  const drawer = page.getByRole('dialog', { name: 'Explain a request' });
  await drawer.getByLabel('Who asks').selectOption('deploy-bot');
  await expect(drawer.getByRole('status').first()).toContainText(`“${name}” refuses it`);
  await drawer.getByLabel('Stated reason').fill('opens a pull request');
  await expect(drawer.getByRole('status').first()).toContainText('Allowed');
  await signedIn.client.grants.revoke.mutate({ id: bot.grant.id });
  await drawer.getByLabel('Stated reason').fill('opens another pull request');
  await expect(drawer.getByRole('status').first()).toContainText('The grant was revoked');
});

test('a replay without uses says so, and one that failed says why and can be tried again', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await createAgent(signedIn, server.url);
  const page = await dashboard('/policies?edit=new&template=say_why&trial=replay');
  await page.getByRole('button', { name: 'Filter by agents' }).click();
  await page.getByRole('checkbox', { name: 'deploy-bot' }).click();
  await page.keyboard.press('Escape');
  await page.context().route(`${server.url}/**`, (route) => route.abort());
  await page.getByRole('button', { name: 'Replay' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'cannot be reached' })).toBeVisible();
  await page.context().unroute(`${server.url}/**`);
  await page.getByRole('button', { name: 'Replay again' }).click();
  await expect(page.getByText('Nothing in this period was used that the policy would judge.')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a policy on a proxy explains a call through it, and is replayed over those that went through it', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { proxy } = await signedIn.client.proxies.create.mutate(toProxyFields({ name: 'linear' }));
  const call = {
    type: 'agent_access',
    action: 'inject',
    source: 'mcp_proxy',
    outcome: 'ok',
    title: proxy.name,
    proxyId: proxy.id,
    client: 'nodejs',
    tool: 'search_issues',
  } as const;
  const drafts = [call, { ...call, action: 'result', upstreamStatus: 200 }, call] as const;
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(connection, signedIn.accountId, drafts.length, (n) => drafts[n] ?? call);
  const targets = [{ kind: 'proxy', id: proxy.id }] as const;
  const { name } = await createPolicy(signedIn, [{ type: 'client', kinds: ['browser'] }], targets);
  const page = await dashboard('/policies');
  await rowOf(page, name).getByRole('button', { name: 'Edit' }).click();
  const trial = page.getByRole('complementary', { name: 'Try it' });
  await expect(trial.getByLabel('Who asks')).toHaveValue(proxy.id);
  await expect(trial.getByLabel('For which credential')).toHaveCount(0);
  await expect(trial.getByRole('status').first()).toContainText(`“${name}” refuses it`);
  await trial.getByLabel('With which client').selectOption('Browser');
  await expect(trial.getByRole('status').first()).toContainText('Allowed');
  await trial.getByRole('radio', { name: 'The last 90 days' }).click();
  // What it is attached to is chosen already.
  await expect(trial.getByText('Proxies: linear')).toBeVisible();
  await trial.getByRole('button', { name: 'Replay' }).click();
  await expect(trial.getByText('Would have blocked 2 of 2')).toBeVisible();
});

test('the mode switch decides whether it refuses, only notes, or is not looked at', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const bot = await createGrantedAgent(signedIn, server.url);
  const { name } = await createPolicy(
    signedIn,
    [{ type: 'client', kinds: ['browser'] }],
    [{ kind: 'agent', id: bot.agent.id }],
  );
  const fetchOnce = () => bot.client.agent.credential.mutate({ service: 'github' });
  const page = await dashboard('/policies');
  const row = rowOf(page, name);
  await expect(row.getByRole('radio', { name: 'Enabled' })).toBeChecked();
  expect(await getRefusal(fetchOnce())).toMatchObject({ rule: 'client' });

  await row.getByRole('radio', { name: 'Observe' }).click();
  await expect(row).toContainText('Checked and noted in the log; nothing is refused.');
  await expect(page.getByText(`${name} only observes from now on`).first()).toBeVisible();
  await fetchOnce();
  const { events } = await signedIn.client.audit.list.query({ limit: 1 });
  expect(events[0]).toMatchObject({ type: 'agent_access', observedRules: ['client'] });

  await row.getByRole('radio', { name: 'Disabled' }).click();
  await expect(page.getByText(`${name} is disabled`).first()).toBeVisible();
  await fetchOnce();
  const last = await signedIn.client.audit.list.query({ limit: 1 });
  expect(last.events[0]).not.toHaveProperty('observedRules');
});

test('by keyboard alone: from nothing to a policy that is attached', async ({ server, signedIn, dashboard }) => {
  const bot = await createAgent(signedIn, server.url);
  const page = await dashboard('/policies?edit=new');
  await page.getByRole('link', { name: /^Start from nothing/ }).focus();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Name'));
  await page.keyboard.type('Nights in New York');

  await tabTo(page, page.getByRole('button', { name: 'Add rule' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /^Hours/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Mon' })).toBeFocused();
  for (const next of ['Tue', 'Wed', 'Thu', 'Fri', 'Sat']) {
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: next })).toBeFocused();
  }
  await page.keyboard.press('Space');
  await tabTo(page, page.getByLabel('From', { exact: true }));
  // Which keys make a time of day depends on the language of the browser itself.
  await page.getByLabel('From', { exact: true }).fill('22:00');
  await tabTo(page, page.getByLabel('To', { exact: true }));
  await page.getByLabel('To', { exact: true }).fill('06:00');
  await tabTo(page, page.getByRole('combobox', { name: 'Time zone' }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('new york');
  await expect(page.getByRole('listbox', { name: 'Time zone' }).getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Sat 22:00 to 06:00 the next day, America/New_York')).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: 'Add rule' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: /^Hours/ })).toBeFocused();
  await page.keyboard.type('addr');
  await expect(page.getByRole('menuitem', { name: /^Addresses/ })).toBeFocused();
  await page.keyboard.press('Enter');
  const addresses = page.getByLabel('Addresses', { exact: true }).and(page.getByRole('textbox'));
  await expect(addresses).toBeFocused();
  await page.keyboard.type('10.1.2.3/8');
  await expect(page.getByText('Will be kept as 10.0.0.0/8.')).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.type('2001:db8::7,');
  await expect(page.getByText('Only from 10.0.0.0/8 or 2001:db8::7')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(addresses).toHaveValue('2001:db8::7');

  await tabTo(page, page.getByRole('button', { name: 'Create policy' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Search agents, credentials and proxies')).toBeFocused();
  await tabTo(page, dialog.getByRole('checkbox', { name: 'deploy-bot' }));
  await page.keyboard.press('Space');
  await tabTo(page, dialog.getByRole('button', { name: 'Save' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  const [policy] = await signedIn.client.policies.list.query();
  expect(policy).toMatchObject({
    name: 'Nights in New York',
    rules: [
      { type: 'time_window', days: ['sat'], start: '22:00', end: '06:00', timeZone: 'America/New_York' },
      { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '2001:db8::7'] },
    ],
    usedBy: [{ kind: 'agent', id: bot.agent.id }],
  });
});

test('what is wrong is told beside its field, and the first of it gets the focus', async ({ signedIn, dashboard }) => {
  await createPolicy(signedIn, [rate]);
  const page = await dashboard('/policies?edit=new&template=this_network');
  const addresses = page.getByLabel('Addresses', { exact: true }).and(page.getByRole('textbox'));
  await addresses.fill('10.300.0.0');
  await page.getByRole('button', { name: 'Create policy' }).click();
  await expect(page.getByText('Must be an IP address or a CIDR range, such as 10.0.0.0/8.')).toBeVisible();
  await expect(addresses).toBeFocused();
  await addresses.fill('10.30.0.0');

  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByRole('menuitem', { name: /^Uses in all/ }).click();
  await page.getByRole('textbox', { name: 'Uses' }).fill('many');
  await expect(page.getByText('A whole number is needed.')).toBeVisible();
  await expect(page.getByText('Not finished yet.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Uses' }).fill('7');
  await expect(page.getByText('A whole number is needed.')).toHaveCount(0);

  await page.getByLabel('Name').fill((await signedIn.client.policies.list.query())[0]?.name ?? '');
  await page.getByRole('button', { name: 'Create policy' }).click();
  await expect(page.getByText('A policy of this name exists already; choose another name.')).toBeVisible();
  await expect(page.getByLabel('Name')).toBeFocused();
  await page.getByLabel('Name').fill('Another');
  await page.getByRole('button', { name: 'Create policy' }).click();
  await expect(page.getByRole('dialog', { name: 'What Another applies to' })).toBeVisible();
});

test('nothing typed is lost: not to a change elsewhere, not to a server that is away, not to a slip', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { id, name } = await createPolicy(signedIn, [rate]);
  const page = await dashboard(`/policies?edit=${id}`);
  const nameField = page.getByLabel('Name');
  await nameField.fill('Mine');
  await page.getByRole('textbox', { name: 'Uses' }).fill('7');
  await signedIn.client.policies.update.mutate({
    id,
    version: 1,
    name,
    description: '',
    mode: 'observe',
    rules: [{ type: 'reason', lengthMin: 20 }],
  });
  const save = page.getByRole('button', { name: 'Save changes' });
  await save.click();
  await expect(page.getByText('Somebody changed this policy after you opened it.')).toBeVisible();
  await expect(page.getByText('The agent must say what for, in at least 20 characters')).toBeVisible();
  await expect(nameField).toHaveValue('Mine');
  await expect(page.getByRole('textbox', { name: 'Uses' })).toHaveValue('7');

  await page.getByRole('link', { name: 'All policies' }).click();
  const leave = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await leave.getByRole('button', { name: 'Cancel' }).click();
  await expect(nameField).toHaveValue('Mine');

  await page.context().route(`${server.url}/**`, (route) => route.abort());
  await save.click();
  await expect(page.getByRole('alert').filter({ hasText: 'cannot be reached' }).first()).toBeVisible();
  await expect(nameField).toHaveValue('Mine');
  await page.context().unroute(`${server.url}/**`);
  await save.click();
  await expect(rowOf(page, 'Mine')).toContainText('At most 7 uses an hour for each agent');

  await page.goto(`${page.url().split('#')[0]}#/policies?edit=${id}`);
  await nameField.fill('Dropped');
  await page.getByRole('link', { name: 'Vault', exact: true }).click();
  await leave.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { name: 'Vault' })).toBeVisible();
  expect((await signedIn.client.policies.list.query()).map((policy) => policy.name)).toEqual(['Mine']);
});

test('what another window attaches meanwhile stays attached, though the list is read again under the dialog', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const bot = await createAgent(signedIn, server.url);
  const token = await createToken(signedIn);
  const { id, name } = await createPolicy(signedIn, [rate]);
  const page = await dashboard(`/policies?attach=${id}`);
  const dialog = page.getByRole('dialog', { name: `What ${name} applies to` });
  await dialog.getByRole('checkbox', { name: 'deploy-bot' }).check();
  await signedIn.client.policies.attach.mutate({ id, targets: [{ kind: 'credential', id: token.id }] });
  await readAgain(page, 'policies.list');
  await expect(page.locator('#content a').filter({ hasText: 'main' }), 'the list behind the dialog').toBeVisible();
  await expect(dialog.getByRole('status')).toHaveText('attach 1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  const [stored] = await signedIn.client.policies.list.query();
  expect(stored?.usedBy.map((user) => user.id).sort()).toEqual([bot.agent.id, token.id].sort());
});

test('an editor stays open when its policy is deleted elsewhere, and what was typed can be kept', async ({
  signedIn,
  dashboard,
}) => {
  const { id } = await createPolicy(signedIn, [rate]);
  const page = await dashboard(`/policies?edit=${id}`);
  await page.getByLabel('Name').fill('Mine');
  await signedIn.client.policies.remove.mutate({ id });
  await readAgain(page, 'policies.list');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('This policy was deleted after you opened it.')).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Mine');
  await page.getByRole('button', { name: 'Create policy' }).click();
  await expect(page.getByRole('dialog', { name: 'What Mine applies to' })).toBeVisible();
});

test('who signs out in another tab leaves nothing typed behind for whoever signs in next', async ({
  server,
  browser_,
  signedIn,
  dashboard,
}) => {
  const { id } = await createPolicy(signedIn, [rate]);
  const page = await dashboard(`/policies?edit=${id}`);
  await page.getByLabel('Name').fill('Half typed');
  const settings = await dashboard('/settings');
  await settings.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await expect(page).toHaveURL(/#\/welcome/);
  await expect(page.getByRole('alertdialog')).toHaveCount(0);

  const { client } = await signInAnother(browser_, server.url);
  await expect(page.getByRole('heading', { name: 'Vault' })).toBeVisible();
  await page.getByRole('link', { name: 'Policies', exact: true }).click();
  await expect(page.getByRole('link', { name: /^Browser only/ })).toBeVisible();
  expect(await client.policies.list.query()).toEqual([]);
});

test('an expired session asks before it leaves a half-typed policy; another account takes the page at once', async ({
  server,
  browser_,
  signedIn,
  dashboard,
}) => {
  const { id } = await createPolicy(signedIn, [rate]);
  const page = await dashboard(`/policies?edit=${id}`);
  await page.getByLabel('Name').fill('Half typed');
  await postAuth(server.url, 'sign-out', {}, { authorization: `Bearer ${signedIn.session}` });
  const leave = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await expect(async () => {
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
    await expect(leave).toBeVisible({ timeout: 500 });
  }).toPass();
  await leave.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByLabel('Name')).toHaveValue('Half typed');

  await signInAnother(browser_, server.url);
  await expect(page.getByRole('heading', { name: 'Vault' })).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});

test('a credential shows its policies and lets go of them there; deleting one says what it held', async ({
  signedIn,
  dashboard,
}) => {
  const token = await createToken(signedIn);
  const first = await createPolicy(signedIn, [rate], [{ kind: 'credential', id: token.id }]);
  const second = await createPolicy(signedIn, [{ type: 'reason', lengthMin: 10 }]);
  const page = await dashboard(`/vault?open=${token.id}`);
  const drawer = page.getByRole('dialog', { name: 'main' });
  await drawer.getByRole('button', { name: 'Attach a policy' }).click();
  await page.getByRole('menuitem', { name: second.name }).click();
  await expect(drawer.getByRole('link', { name: second.name })).toBeVisible();
  await drawer.getByRole('button', { name: `Detach ${first.name}` }).click();
  await expect(drawer.getByRole('link', { name: first.name })).toHaveCount(0);
  await drawer.getByRole('link', { name: second.name }).click();
  await expect(page.getByLabel('Name')).toHaveValue(second.name);

  await page.getByRole('link', { name: 'All policies' }).click();
  await rowOf(page, second.name)
    .getByRole('button', { name: `More for ${second.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const confirm = page.getByRole('alertdialog', { name: `Delete ${second.name}?` });
  await expect(confirm).toContainText('Credential github: main');
  await confirm.getByRole('button', { name: 'Delete' }).click();
  await expect(rowOf(page, second.name)).toHaveCount(0);
  await expect(rowOf(page, first.name)).toContainText('Attached to nothing');
});

test('axe finds nothing in any state, light or dark, and all of it fits 320 to 1600 px', async ({
  server,
  signedIn,
  dashboard,
  browser_,
}) => {
  test.setTimeout(180_000);
  const bot = await createGrantedAgent(signedIn, server.url);
  await bot.client.agent.credential.mutate({ service: 'github' });
  const { id } = await createPolicy(
    signedIn,
    [
      { type: 'time_window', days: ['mon', 'tue'], start: '09:00', end: '17:00', timeZone: 'Europe/London' },
      { ...rate, uses: 1 },
      { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '2001:db8:1234:5678:9abc:def0:1234:5678'] },
      { type: 'client', kinds: ['browser'] },
      { type: 'max_uses', uses: 7 },
      { type: 'reason', lengthMin: 10 },
      { type: 'approval', withinSeconds: 90, rememberMinutes: 15 },
      { type: 'fields', fields: ['value', `a${'_long'.repeat(15)}`] },
      { type: 'site', origins: [`https://${'long.'.repeat(20)}example.com`] },
    ],
    [
      { kind: 'agent', id: bot.agent.id },
      { kind: 'credential', id: bot.credential.id },
    ],
  );
  const page = await dashboard('/policies');
  const states: readonly (readonly [path: string, ready: () => Promise<void>])[] = [
    ['/policies', () => page.getByRole('list', { name: 'Policies' }).waitFor()],
    ['/policies?edit=new', () => page.getByRole('list', { name: 'Templates' }).waitFor()],
    [`/policies?attach=${id}`, () => page.getByRole('checkbox', { name: 'deploy-bot' }).waitFor()],
    [
      `/policies?explain=1`,
      () => page.getByText('Every policy in force passes it.').or(page.getByText('refuses it')).waitFor(),
    ],
    [`/policies?edit=${id}`, () => page.getByText('decides').first().waitFor()],
    [
      `/policies?edit=${id}&trial=replay`,
      async () => {
        await page.getByRole('button', { name: 'Replay' }).click();
        await page.getByText('Would have blocked').first().waitFor();
      },
    ],
  ];
  for (const [path, ready] of states) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width: 1280, height: 860 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(browser_.toExtensionUrl(`dashboard.html#${path}`));
      await page.reload();
      await ready();
      await expectNoViolations(page, `${path} ${colorScheme}`);
    }
    for (const width of [320, 800, 1600]) {
      await page.setViewportSize({ width, height: 860 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${path} at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
});

/** Signs a fresh account in, in every page of this browser. */
async function signInAnother(browser: Browser, serverUrl: string): Promise<Person> {
  const another = await createPerson(serverUrl);
  await putSession(browser, serverUrl, another);
  return another;
}

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the Tab key does not lead there');
}
