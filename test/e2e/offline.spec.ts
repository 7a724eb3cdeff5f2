// The server goes away and comes back: the popup lists and filters what it has, nothing is filled, and it catches up.

import { join } from 'node:path';
import { createClient } from '../kit/client.ts';
import { signUpInDashboard } from '../kit/dashboard.ts';
import { findFreePort } from '../kit/free-port.ts';
import { signIn } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { expect, test } from './fixtures.ts';

test('offline: cached events are listed and filtered, it says so, and it catches up', async ({ browser_, site }) => {
  const folder = await makeTempDir();
  const variables = { KEYTRAIL_DATA_DIR: join(folder.path, 'data'), KEYTRAIL_PORT: String(await findFreePort()) };
  let server = await startServerProcess(variables);
  const email = 'offline@example.com';
  await signUpInDashboard(browser_, server.url, email);
  const owner = createClient(server.url, await signIn(server.url, email));
  await owner.credentials.create.mutate({
    kind: 'login',
    service: 'example-shop',
    label: 'Sam',
    public: { username: 'sam@example.com', sites: [site.toUrl('shop.test')] },
    secret: { password: 'never-offline' },
  });
  const { key } = await owner.agents.create.mutate({ name: 'deploy-bot' });
  const bot = createClient(server.url, key);
  await bot.agent.credential.mutate({ service: 'github' }).catch(() => {});
  const shop = await browser_.context.newPage();
  await shop.goto(site.toUrl('shop.test'));
  const before = await browser_.openPopup(shop);
  const list = (popup: typeof before) => popup.getByRole('list', { name: 'Events' }).getByRole('listitem');
  await expect(list(before).filter({ hasText: 'deploy-bot' })).not.toHaveCount(0);
  await before.close();

  await server.kill('SIGTERM');
  const popup = await browser_.openPopup(shop);
  await expect(popup.getByRole('contentinfo')).toContainText('Offline');
  await expect(list(popup).filter({ hasText: 'No grant for this credential' })).toHaveCount(1);
  await expect(list(popup)).not.toHaveCount(1);
  await popup.getByRole('button', { name: 'Denied', exact: true }).click();
  await expect(list(popup)).toHaveCount(1);
  await popup.getByRole('button', { name: 'Lock the vault' }).click();
  await expect(popup.getByRole('alert')).toContainText('Not locked: The server at');
  await expect(popup.getByRole('alert')).toBeInViewport({ ratio: 1 });
  await popup.close();
  await shop.getByLabel('E-mail').click();
  // Before the menu is there, the page would take the keys and send its form; and a pick counts once it was in sight for a moment.
  await shop.waitForSelector(':popover-open');
  await shop.waitForTimeout(1_500);
  await shop.keyboard.press('ArrowDown');
  await shop.keyboard.press('Enter');
  await expect(shop.getByLabel('Password')).toHaveValue('');
  // What was tried in vain takes no login from the popup.
  const stillAway = await browser_.openPopup(shop);
  await expect(stillAway.getByRole('contentinfo')).toContainText('Offline');
  await stillAway.getByRole('button', { name: 'Fill sam@example.com' }).click();
  await expect(stillAway.getByRole('status').filter({ hasText: 'cannot be reached' })).toBeVisible();
  await stillAway.close();

  server = await startServerProcess(variables);
  const again = createClient(server.url, key);
  await again.agent.credential.mutate({ service: 'while-away' }).catch(() => {});
  const after = await browser_.openPopup(shop);
  await expect(list(after).filter({ hasText: 'while-away' })).toHaveCount(1);
  await expect(after.getByRole('contentinfo')).toContainText('Synced');
  // What was picked while the server was away is not a use: none was recorded, and none comes later.
  const { events } = await owner.audit.list.query({ filter: { types: ['secret_access'] } });
  expect(events).toEqual([]);
  await server.kill('SIGTERM');
  await folder.remove();
});
