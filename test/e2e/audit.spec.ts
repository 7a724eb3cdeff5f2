// The Audit Log page: filters live in its address, events arrive live, and a card leads to its agent's events.

import { createClient, getRefusal } from '../kit/client.ts';
import { expect, type Person, test } from './fixtures.ts';

async function makeActivity(person: Person, url: string) {
  const token = await person.client.credentials.create.mutate({
    kind: 'token',
    service: 'github',
    label: 'main',
    secret: { value: 'x' },
  });
  const { agent, key } = await person.client.agents.create.mutate({ name: 'deploy-bot' });
  await person.client.grants.create.mutate({ agentId: agent.id, credentialId: token.id });
  const bot = createClient(url, key);
  await bot.agent.credential.mutate({ service: 'github' });
  await bot.agent.credential.mutate({ service: 'nowhere' }).catch(() => {});
  await person.client.credentials.use.mutate({ id: token.id, action: 'reveal' });
  return { bot, agent };
}

test('filters survive reload and back, and a pasted address shows the same', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit');
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows.filter({ hasText: 'Direct Access' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Filter by type' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Policy Denied' }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/types=policy_denied/);
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText('grant_missing');
  await page.goBack();
  await expect(rows.filter({ hasText: 'Direct Access' })).toHaveCount(1);
  const pasted = await dashboard('/audit?sources=direct&types=secret_access');
  await expect(pasted.getByRole('row').filter({ has: pasted.getByRole('cell') })).toHaveCount(1);
});

test('“View activity” on a card shows that agent only; a new event appears without a reload', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { bot } = await makeActivity(signedIn, server.url);
  const page = await dashboard('/agents');
  await page.getByRole('link', { name: 'View activity' }).click();
  await expect(page).toHaveURL(/agents=/);
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows.first()).toBeVisible();
  await expect(page.getByText('Direct Access').filter({ visible: true })).toHaveCount(0);
  await expect(page.getByText('Live').filter({ visible: true })).toBeVisible();
  const count = await rows.count();
  await bot.agent.credential.mutate({ service: 'github', reason: 'seen at once' });
  await expect(rows).toHaveCount(count + 1);
  await expect(rows.first()).toContainText('seen at once');
});

test('a page that nobody sees listens to nothing, and goes on where it was once it is seen', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { bot } = await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit');
  const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(page.getByText('Live').filter({ visible: true })).toBeVisible();
  const shown = await rows.first().textContent();
  await page.evaluate(show, 'hidden');
  for (const _ of [1, 2]) await bot.agent.credential.mutate({ service: 'github' });
  await page.waitForTimeout(1_500);
  expect(await rows.first().textContent()).toBe(shown);
  await page.evaluate(show, 'visible');
  await expect(rows.first()).toContainText('2 times');
});

test('what is typed into the search stays when something is clicked at once', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit');
  await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('deploy');
  await page.getByRole('row').filter({ hasText: 'deploy-bot' }).first().locator('[data-row]').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page).toHaveURL(/text=deploy/);
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox', { name: 'Search' }).pressSequentially('-bot');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForTimeout(500);
  await expect(page).not.toHaveURL(/text=/);
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('');
});

test('markup in names is shown as text, and what turns the direction of writing is refused', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const name = '<img src=x onerror=alert(1)>';
  const turned = getRefusal(signedIn.client.agents.create.mutate({ name: `${name} \u202egnp.exe` }));
  expect(await turned).toMatchObject({ code: 'invalid_input' });
  const { key } = await signedIn.client.agents.create.mutate({ name });
  await createClient(server.url, key)
    .agent.credential.mutate({ service: 'github' })
    .catch(() => {});
  const page = await dashboard('/audit');
  await expect(page.getByText('<img src=x').filter({ visible: true }).first()).toBeVisible();
  expect(await page.locator('img[src=x]').count()).toBe(0);
});

/** As the browser tells a page that its tab has gone behind another, or come back. */
function show(state: string): void {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
  document.dispatchEvent(new Event('visibilitychange'));
}
