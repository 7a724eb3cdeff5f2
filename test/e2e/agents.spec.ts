// The agents page as its owner works it: the first agent, keys that overlap, grants, and what asks before it is done.

import type { Locator, Page } from '@playwright/test';
import { expectNoViolationsInThemes } from '../kit/axe.ts';
import { createClient, getRefusal } from '../kit/client.ts';
import { expect, type Person, test } from './fixtures.ts';

const cardOf = (page: Page, name: string) => page.getByRole('listitem', { name });

async function choose(page: Page, name: string, action: string) {
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

async function readKey(page: Page, name: string): Promise<string> {
  const dialog = page.getByRole('dialog', { name: `The key of ${name}` });
  const key = await dialog.locator('code').first().textContent();
  await dialog.getByRole('button', { name: 'I have stored the key' }).click();
  await expect(dialog).toHaveCount(0);
  return key ?? '';
}

async function furnish(person: Person, serverUrl: string) {
  const credential = await person.client.credentials.create.mutate({
    kind: 'fields',
    service: 'aws',
    label: 'production',
    secret: { ACCESS_KEY: 'id-1', SECRET_KEY: 'very-secret-2' },
  });
  const { agent, key } = await person.client.agents.create.mutate({ name: 'deploy-bot', description: 'Deploys.' });
  return { credential, agent, key, bot: createClient(serverUrl, key) };
}

test('the first run leads to the first agent, its grant and its first use', async ({ server, signedIn, dashboard }) => {
  await signedIn.client.credentials.create.mutate({
    kind: 'token',
    service: 'github',
    label: 'CI token',
    secret: { value: 'kt-test-token-value' },
  });
  const page = await dashboard('/agents');
  await expect(page.getByRole('heading', { name: 'Your first agent, in three steps' })).toBeVisible();
  for (const kind of ['curl', 'TypeScript (tRPC)', 'Python']) {
    await page.getByRole('radio', { name: kind }).click();
    const program = page.getByRole('region', { name: kind });
    for (const part of [server.url, 'github', 'KEYTRAIL_KEY', 'reason', 'retryAt']) {
      await expect(program).toContainText(part);
    }
  }
  await page.getByRole('button', { name: 'Make the first agent' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('first-bot');
  await page.getByRole('dialog').getByLabel('Description').fill('Looks after releases.');
  await page.getByRole('button', { name: 'Create agent' }).click();
  const keyDialog = page.getByRole('dialog', { name: 'The key of first-bot' });
  const key = (await keyDialog.locator('code').first().textContent()) ?? '';
  await keyDialog.getByRole('button', { name: 'Grant it a credential' }).click();
  await page.getByRole('button', { name: 'Grant access' }).click();
  const card = cardOf(page, 'first-bot');
  await expect(card).toContainText('1 active grant');
  await expect(card).toContainText('Looks after releases.');
  await expect(card).toContainText('none in 7 days');
  const { values } = await createClient(server.url, key).agent.credential.mutate({ service: 'github' });
  expect(values).toEqual({ value: 'kt-test-token-value' });
});

test('with an overlap both keys work; the old one ended is refused, and the log says so', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { credential, agent, bot: old } = await furnish(signedIn, server.url);
  await signedIn.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const page = await dashboard('/agents');
  await choose(page, 'deploy-bot', 'Rotate key');
  const dialog = page.getByRole('dialog', { name: 'Rotate the key of deploy-bot' });
  await expect(dialog.getByRole('radio', { name: '1 day' })).toBeChecked();
  await dialog.getByRole('radio', { name: 'Not at all' }).click();
  await expect(dialog).toContainText('The current key stops at once');
  await dialog.getByRole('radio', { name: '7 days' }).click();
  await expect(dialog).toContainText('Both keys work until');
  await dialog.getByRole('button', { name: 'Rotate key' }).click();
  await expect(page.getByRole('dialog')).toContainText('The old key');
  const renewed = createClient(server.url, await readKey(page, 'deploy-bot'));

  const card = cardOf(page, 'deploy-bot');
  await expect(card.getByRole('definition').first()).toContainText('ends in 7 days');
  for (const client of [old, renewed]) await client.agent.credential.mutate({ service: 'aws' });
  await card.getByRole('button', { name: /^End now: the key …/ }).click();
  const confirm = page.getByRole('alertdialog');
  await confirm.getByRole('button', { name: 'End now' }).click();
  await expect(confirm).toHaveCount(0);
  await expect(card).not.toContainText('ends in');
  await renewed.agent.credential.mutate({ service: 'aws' });
  const refusal = await getRefusal(old.agent.credential.mutate({ service: 'aws', reason: 'the weekly report' }));
  expect(refusal).toMatchObject({ status: 403, rule: 'key_revoked' });

  await page.reload();
  await cardOf(page, 'deploy-bot').getByRole('link', { name: '1 in 7 days' }).click();
  await expect(page).toHaveURL(/outcomes=denied/);
  const row = page.getByRole('row').nth(1);
  await expect(row).toContainText('key_revoked');
  await expect(row).toContainText('the weekly report');
  await row.locator('[data-row]').click();
  await expect(page.getByRole('dialog')).toContainText('the weekly report');
  await page.goto(page.url().replace(/#.*/, `#/audit?agents=${agent.id}`));
  await expect(page.getByRole('row').filter({ hasText: 'Agent key revoked' })).toHaveCount(1);
  await page.getByRole('button', { name: /Agent key rotated/ }).click();
  await expect(page.getByRole('dialog')).toContainText(/In place of key \S+, which works until/);
});

test('a grant by keyboard: for a week, one field, a reason required', async ({ server, signedIn, dashboard }) => {
  const { bot } = await furnish(signedIn, server.url);
  const page = await dashboard('/agents');
  const card = cardOf(page, 'deploy-bot');
  await card.getByRole('button', { name: 'Grants', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Grant a credential' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Grant access' });
  const focused = page.locator(':focus');
  await expect(dialog.getByLabel('Agent')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(dialog.getByLabel('Credential')).toBeFocused();
  await expect(dialog.getByLabel('Credential')).toHaveValue(/.+/);
  await page.keyboard.press('Tab');
  await expect(focused).toHaveText('1 day');
  // Held, as a finger does: the choice follows the focus only while the key is down.
  await page.keyboard.down('ArrowRight');
  await expect(dialog.getByRole('radio', { name: '7 days' })).toBeChecked();
  await page.keyboard.up('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(dialog.getByRole('checkbox', { name: 'SECRET_KEY' })).not.toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(dialog.getByRole('checkbox', { name: /Must state a reason/ })).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);

  const drawer = page.getByRole('dialog', { name: 'Grants of deploy-bot' });
  await expect(drawer).toContainText('only ACCESS_KEY · must state a reason · ends in 7 days');
  await expect(drawer).toContainText('not used yet');
  const end = drawer.getByText('in 7 days');
  await end.hover();
  await expect(page.getByRole('tooltip')).toContainText(/\d{4}/);
  await page.mouse.move(0, 0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await drawer.locator('time').first().focus();
  await expect(page.getByRole('tooltip')).toContainText(/\d{4}/);
  const { values } = await bot.agent.credential.mutate({ service: 'aws', reason: 'nightly deploy' });
  expect(values).toEqual({ ACCESS_KEY: 'id-1' });
});

test('a date ends a grant, too; one that cannot be is said beside the field', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await furnish(signedIn, server.url);
  const page = await dashboard('/agents');
  await cardOf(page, 'deploy-bot').getByRole('button', { name: 'Grants', exact: true }).click();
  await page.getByRole('button', { name: 'Grant a credential' }).click();
  const dialog = page.getByRole('dialog', { name: 'Grant access' });
  const until = dialog.getByLabel('Until', { exact: true });
  const submit = dialog.getByRole('button', { name: 'Grant access' });
  const toField = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 16);
  const day = 86_400_000;
  await dialog.getByRole('radio', { name: 'Until a date' }).click();
  await submit.click();
  await expect(dialog).toContainText('Choose a date and a time.');
  for (const [field, problem] of [
    [toField(-day), 'This lies in the past.'],
    [toField(32 * day), 'A grant ends within 30 days'],
  ] as const) {
    await until.fill(field);
    await submit.click();
    await expect(until).toHaveAccessibleDescription(new RegExp(problem));
  }
  await until.fill(toField(3 * day));
  await submit.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('dialog', { name: 'Grants of deploy-bot' })).toContainText('in 3 days');
});

test('suspend and revoke are done at once, deleting asks and says what goes along', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { credential, agent, bot } = await furnish(signedIn, server.url);
  await signedIn.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  const page = await dashboard('/agents');
  const card = cardOf(page, 'deploy-bot');
  await choose(page, 'deploy-bot', 'Suspend');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(card).toContainText('Suspended');
  expect(await getRefusal(bot.agent.credential.mutate({ service: 'aws' }))).toMatchObject({ rule: 'agent_suspended' });
  await choose(page, 'deploy-bot', 'Resume');
  await expect(card).toContainText('Active');
  await bot.agent.credential.mutate({ service: 'aws' });

  await choose(page, 'deploy-bot', 'Delete');
  const confirm = page.getByRole('alertdialog');
  await expect(confirm).toContainText('1 active grant: production (aws)');
  await expect(confirm).toContainText('1 key');
  await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(card).toBeVisible();

  await card.getByRole('button', { name: 'Grants', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('dialog')).toContainText('1 ended grant');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await choose(page, 'deploy-bot', 'Delete');
  await confirm.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { name: 'Your first agent, in three steps' })).toBeVisible();
  expect(await getRefusal(bot.agent.credential.mutate({ service: 'aws' }))).toMatchObject({ rule: 'key_revoked' });
});

test('a change that the server refuses is said on the card', async ({ server, signedIn, dashboard }) => {
  const { agent } = await furnish(signedIn, server.url);
  const page = await dashboard('/agents');
  await expect(cardOf(page, 'deploy-bot')).toBeVisible();
  await signedIn.client.agents.remove.mutate({ id: agent.id });
  await choose(page, 'deploy-bot', 'Suspend');
  await expect(cardOf(page, 'deploy-bot').getByRole('alert')).toContainText('There is no such thing');
});

test('the reason that an agent stated stands in the popup, on uses and on refusals', async ({
  server,
  signedIn,
  dashboard,
  browser_,
}) => {
  const { credential, agent, bot } = await furnish(signedIn, server.url);
  await signedIn.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id });
  await bot.agent.credential.mutate({ service: 'aws', reason: 'nightly deploy' });
  await getRefusal(bot.agent.credential.mutate({ service: 'bank', reason: 'curiosity' }));
  const page = await dashboard('/audit');
  await expect(page.getByRole('row').filter({ hasText: 'nightly deploy' })).toHaveCount(1);
  await expect(page.getByRole('row').filter({ hasText: 'curiosity' })).toContainText('grant_missing');
  await page.setViewportSize({ width: 320, height: 800 });
  await expect(page.getByRole('row').filter({ hasText: 'curiosity' }).locator('q:visible')).toHaveText('curiosity');
  const popup = await browser_.openPopup(page);
  await expect(popup.getByRole('listitem').filter({ hasText: 'nightly deploy' })).toHaveCount(1);
  await expect(popup.getByRole('listitem').filter({ hasText: 'curiosity' })).toContainText('grant_missing');
});

test('axe finds nothing in what opens over the page, light or dark', async ({ server, signedIn, dashboard }) => {
  test.setTimeout(120_000);
  const empty = await dashboard('/agents');
  await empty.getByRole('button', { name: 'Make the first agent' }).waitFor();
  await expectNoViolationsInThemes(empty, 'none yet');
  await empty.close();

  const { credential, agent, bot } = await furnish(signedIn, server.url);
  await signedIn.client.grants.create.mutate({ agentId: agent.id, credentialId: credential.id, reasonRequired: true });
  await bot.agent.credential.mutate({ service: 'aws', reason: 'nightly deploy' });
  await getRefusal(bot.agent.credential.mutate({ service: 'bank' }));
  await signedIn.client.agents.rotateKey.mutate({ id: agent.id, overlapMinutes: 60 });
  const page = await dashboard('/agents');
  const card = cardOf(page, 'deploy-bot');
  await card.getByText('in 7 days').waitFor();
  await expectNoViolationsInThemes(page, 'keys and grants');
  const opened: Record<string, () => Promise<Locator>> = {
    rotation: async () => {
      await choose(page, 'deploy-bot', 'Rotate key');
      return page.getByRole('dialog');
    },
    end: async () => {
      await card.getByRole('button', { name: /^End now: the key …/ }).click();
      return page.getByRole('alertdialog');
    },
    removal: async () => {
      await choose(page, 'deploy-bot', 'Delete');
      await expect(page.getByRole('alertdialog')).toContainText('production (aws)');
      return page.getByRole('alertdialog');
    },
    grants: async () => {
      await card.getByRole('button', { name: 'Grants', exact: true }).click();
      await expect(page.getByRole('dialog')).toContainText('must state a reason');
      return page.getByRole('dialog');
    },
  };
  for (const [name, open] of Object.entries(opened)) {
    const dialog = await open();
    await expect(dialog).toBeVisible();
    await expectNoViolationsInThemes(page, name);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
  await card.getByRole('button', { name: 'Grants', exact: true }).click();
  await page.getByRole('button', { name: 'Grant a credential' }).click();
  const dialog = page.getByRole('dialog', { name: 'Grant access' });
  await dialog.getByRole('radio', { name: 'Until a date' }).click();
  await dialog.getByRole('button', { name: 'Grant access' }).click();
  await expect(dialog).toContainText('Choose a date and a time.');
  await expectNoViolationsInThemes(page, 'a date is missing');
});
