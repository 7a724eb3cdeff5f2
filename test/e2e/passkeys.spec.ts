// A passkey made in Settings opens the locked vault, with the browser's own virtual authenticator; its answer counts once.

import type { Page } from '@playwright/test';
import { getRefusal } from '../kit/client.ts';
import { password } from '../kit/people.ts';
import { expect, test } from './fixtures.ts';

/** A device that answers by itself, and recognises its owner. */
async function addDevice(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2' as const,
    transport: 'internal' as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    setUserVerified: (isUserVerified: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

test('added with the password, used once per unlock, refused when replayed or removed, and all of it recorded', async ({
  signedIn,
  dashboard,
}) => {
  const page = await dashboard('/settings');
  const device = await addDevice(page);
  const { client } = signedIn;
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const form = page.getByRole('dialog', { name: 'Add a passkey' });
  await form.getByLabel('Name').fill('Test laptop');
  await form.getByRole('textbox', { name: 'Account password' }).fill('not the password');
  await form.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(form.getByRole('alert')).toContainText('password is not right');
  await form.getByRole('textbox', { name: 'Account password' }).fill(password);
  await form.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(form).toHaveCount(0);
  const panel = page.getByRole('region', { name: 'Passkeys' });
  await expect(panel.getByRole('listitem')).toContainText('Test laptop');

  await client.vault.lock.mutate();
  const unlock = page.getByRole('button', { name: 'Use a passkey' });
  const sent = page.waitForRequest(/unlockWithPasskey/);
  await unlock.click();
  const proof = JSON.parse((await sent).postData() ?? '{}');
  const isLocked = async () => (await client.vault.status.query()).lockedAt !== null;
  await expect.poll(isLocked).toBe(false);
  // Whoever read along cannot use it again.
  await client.vault.lock.mutate();
  expect(await getRefusal(client.vault.unlockWithPasskey.mutate(proof))).toMatchObject({ code: 'passkey_refused' });
  // A device that does not recognise its owner opens nothing.
  await device.setUserVerified(false);
  await unlock.click();
  await expect(page.getByRole('alert')).toContainText('passkey was not');
  expect(await isLocked()).toBe(true);
  await device.setUserVerified(true);
  await unlock.click();
  await expect.poll(isLocked).toBe(false);
  await expect(unlock).toHaveCount(0);

  await panel.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Remove' }).click();
  await expect(panel).toContainText('There is none yet.');
  await client.vault.lock.mutate();
  expect(await getRefusal(client.vault.unlockWithPasskey.mutate(proof))).toMatchObject({ code: 'passkey_refused' });
  const { events } = await client.audit.list.query({ filter: { types: ['vault_change'] } });
  const titles = events.map(({ title, outcome }) => `${title} ${outcome}`);
  expect(titles).toEqual(
    expect.arrayContaining([
      'Passkey added ok',
      'Passkey removed ok',
      'Unlocking failed denied',
      'Vault unlocked ok',
      'Vault locked ok',
    ]),
  );
});

test('a passkey of another origin, or a challenge that nobody issued, is refused', async ({ signedIn: { client } }) => {
  expect(await getRefusal(client.passkeys.start.mutate({ origin: 'https://evil.test', password }))).toMatchObject({
    code: 'invalid_input',
  });
  expect(
    await client.vault.startPasskey.mutate({ origin: 'chrome-extension://jgfpjgmjbpeilmcaiknkihnhdccogfnm' }),
  ).toBeNull();
});
