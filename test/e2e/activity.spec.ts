// The chart above the log: its bars count what the list shows, and a time is chosen from them by pointer or keyboard.

import type { Page } from '@playwright/test';
import { createClient } from '../kit/client.ts';
import { expect, type Person, test } from './fixtures.ts';

async function makeActivity(person: Person, url: string) {
  const { key } = await person.client.agents.create.mutate({ name: 'deploy-bot' });
  const bot = createClient(url, key);
  const ask = () => bot.agent.credential.mutate({ service: 'github' }).catch(() => {});
  for (let n = 0; n < 3; n++) await ask();
  return ask;
}

const barsOf = (page: Page) => page.getByRole('listbox', { name: /^Events by/ });
const rowsOf = (page: Page) => page.getByText('grant_missing').filter({ visible: true });

test('bars say what happened when; dragging over them limits the log to that time, and there is a way back', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit?from=24h&types=policy_denied');
  const bars = barsOf(page);
  const last = bars.getByRole('option').last();
  await expect(last).toHaveAccessibleName(/20\d\d.*, 3 events, Policy Denied 3$/);
  await expect(bars.getByRole('option')).toHaveCount(25);
  const box = await bars.boundingBox();
  if (box === null) throw new Error('the chart has a place');
  const drag = async (from: number, to: number) => {
    await page.mouse.move(box.x + box.width * from, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to, box.y + 30, { steps: 4 });
    await page.mouse.up();
  };

  await page.mouse.move(box.x + box.width * 0.99, box.y + 30);
  await expect(page.getByText('Policy Denied', { exact: true }).last()).toBeVisible();
  await drag(0.9, 0.99);
  await expect(page).toHaveURL(/from=20.*to=20/);
  await expect(rowsOf(page)).not.toHaveCount(0);
  await expect(bars.getByRole('option')).toHaveCount(3);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await expect(page).toHaveURL(/from=24h/);
  await expect(bars).toBeFocused();
  await expect(bars.getByRole('option')).toHaveCount(25);

  await drag(0.1, 0.2);
  await expect(page.getByText('No events to count in this time.')).toBeVisible();
  await page.goBack();
  await expect(rowsOf(page)).not.toHaveCount(0);
});

test('by keyboard alone: arrows move, Shift extends, Escape lets go, Enter shows', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit?from=24h');
  const bars = barsOf(page);
  await bars.getByRole('option').last().waitFor({ state: 'attached' });
  await bars.focus();
  await expect(bars).toHaveAccessibleDescription(/Shift/);
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(bars.getByRole('option', { selected: true })).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(bars.getByRole('option', { selected: true })).toHaveCount(0);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=20.*to=20/);
  await expect(bars.getByRole('option')).toHaveCount(1);
  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(page.getByRole('region', { name: 'Activity' }).getByRole('row')).toHaveCount(2);
});

test('an event that arrives is counted; without the server the chart says so, in the same place', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const ask = await makeActivity(signedIn, server.url);
  const page = await dashboard('/audit?types=policy_denied');
  const last = barsOf(page).getByRole('option').last();
  await expect(last).toHaveAccessibleName(/, 3 events/);
  await expect(page.getByText('Live').filter({ visible: true }).first()).toBeVisible();
  await ask();
  await expect(last).toHaveAccessibleName(/, 4 events/);
  const height = async () => (await page.getByRole('figure', { name: 'Activity' }).boundingBox())?.height;
  const before = await height();
  // Nothing answers from now on; the page learns of it as it looks for the next filter.
  await page.context().route(`${server.url}/**`, (route) => route.abort());
  await page.goto(page.url().replace('types=policy_denied', 'types=agent_access'));
  await expect(page.getByText('Activity is counted by the server')).toBeVisible();
  expect(await height()).toBe(before);
});
