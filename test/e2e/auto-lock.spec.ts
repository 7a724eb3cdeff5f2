// The vault locks itself when nobody is at the computer. No test can be away from one: what the browser says of that is stood in for.

import type { Browser } from '../kit/browser.ts';
import { password } from '../kit/people.ts';
import { expect, test } from './fixtures.ts';

/** From now on the browser finds the computer like this; its alarm looks at once. */
async function setPresence({ context }: Browser, state: 'active' | 'idle') {
  const [worker] = context.serviceWorkers();
  await worker?.evaluate(async (presence) => {
    // @ts-expect-error: runs in the worker, where `chrome` is.
    const browser = chrome;
    browser.idle.queryState = async () => presence;
    await browser.alarms.create('sync', { when: Date.now() + 50, periodInMinutes: 1 });
  }, state);
}

test('an absence as long as was set locks the vault, once; whoever unlocks it elsewhere meanwhile means it', async ({
  signedIn,
  browser_,
  dashboard,
}) => {
  const isLocked = async () => (await signedIn.client.vault.status.query()).lockedAt !== null;
  const page = await dashboard('/settings');
  await setPresence(browser_, 'idle');
  const settings = page.getByRole('region', { name: 'Lock by itself' });
  await expect(settings.getByRole('radio', { name: 'Never' })).toBeChecked();
  await settings.getByRole('radio', { name: '5 min', exact: true }).click();
  await setPresence(browser_, 'idle');
  await expect.poll(isLocked).toBe(true);
  await expect(page.getByRole('heading', { name: 'The vault is locked' })).toBeVisible();
  await signedIn.client.vault.unlock.mutate({ password });
  await setPresence(browser_, 'idle');
  await expect(page.getByRole('heading', { name: 'The vault is locked' })).toHaveCount(0);
  expect(await isLocked()).toBe(false);
  const { events } = await signedIn.client.audit.list.query({ filter: { types: ['vault_change'] } });
  expect(events.filter(({ action }) => action === 'lock')).toHaveLength(1);
  await page.reload();
  await expect(settings.getByRole('radio', { name: '5 min', exact: true })).toBeChecked();
});
