// The generator beside a password: made by rules, taken over by a press, stored like anything typed; all by keyboard.

import { expectNoViolations } from '../kit/axe.ts';
import { expect, test } from './fixtures.ts';

test('a password is made, taken over and stored without a mouse', async ({ signedIn, dashboard }) => {
  const page = await dashboard('/vault');
  await page.getByRole('button', { name: 'Add credential' }).first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Service').fill('example');
  const open = dialog.getByRole('button', { name: 'Generate a password' });
  await open.focus();
  await page.keyboard.press('Enter');
  const panel = dialog.getByRole('group', { name: 'Generator' });
  const result = panel.getByLabel('Generated');
  await expect(result).toHaveText(/^\S{20}$/);
  await expect(panel.getByText(/ bits: /)).toHaveText(
    /^Excellent\. \d{3} bits: at a trillion guesses a second, longer/,
  );

  // Along the tab order: the kind, another one, the slider, the number.
  await open.focus();
  await page.keyboard.press('Tab');
  await expect(panel.getByRole('radio', { name: 'Password' })).toBeFocused();
  await page.keyboard.press('Tab');
  const first = await result.textContent();
  await page.keyboard.press('Enter');
  await expect(result).not.toHaveText(first ?? '');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(result).toHaveText(/^\S{21}$/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('32');
  await page.keyboard.press('Enter');
  await expect(dialog, 'Enter in the panel does not send the form').toBeVisible();
  await expect(result).toHaveText(/^\S{32}$/);
  await panel.getByLabel('Symbols').press('Space');
  await expect(result).toHaveText(/^[A-Za-z0-9]{32}$/);
  for (const name of ['Capital letters', 'Digits', 'Small letters']) await panel.getByLabel(name).press('Space');
  await expect(panel.getByLabel('Small letters'), 'the last one stays').toBeChecked();
  await expect(result).toHaveText(/^[a-z]{32}$/);

  const made = await result.textContent();
  await panel.getByRole('button', { name: 'Use this password' }).press('Enter');
  await expect(panel).toBeHidden();
  await expect(open).toBeFocused();
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveValue(made ?? '');
  await dialog.getByRole('button', { name: 'Store credential' }).press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  const [stored] = await signedIn.client.credentials.list.query();
  const { values } = await signedIn.client.credentials.use.mutate({ id: stored?.id ?? '', action: 'reveal' });
  expect(values.password).toBe(made);
});

test('a passphrase has its words, and the panel breaks no rule of axe in light or dark', async ({
  signedIn,
  dashboard,
}) => {
  expect(signedIn.email).toBeTruthy();
  const page = await dashboard('/vault');
  await page.getByRole('button', { name: 'Add credential' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Generate a password' }).click();
  const panel = dialog.getByRole('group', { name: 'Generator' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const kind of ['Passphrase', 'Password']) {
      await panel.getByRole('radio', { name: kind }).click();
      await expectNoViolations(page, `${kind}, ${colorScheme}`, '[role="dialog"]');
    }
  }
  await panel.getByRole('radio', { name: 'Passphrase' }).click();
  const result = panel.getByLabel('Generated');
  // A few words of the list hold a dash themselves.
  await expect(result).toHaveText(/^([a-z]+-){5,}[a-z]+$/);
  await expect(panel.getByText(/ bits: /)).toHaveText(/^Good\. 77 bits/);
  await panel.getByRole('spinbutton', { name: 'Words' }).fill('4');
  await panel.getByRole('radio', { name: 'Dot' }).click();
  await panel.getByLabel('Words begin with a capital').check();
  await panel.getByLabel('A digit behind one of the words').check();
  await expect(result).toHaveText(/^(?=\D*\d\D*$)([A-Z][a-z-]+\d?\.){3}[A-Z][a-z-]+\d?$/);
  await expect(panel.getByText(/ bits: /)).toHaveText(/^Fair\. 57 bits/);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test('the popup makes passwords as well, by keyboard, and starts without what it makes them with', async ({
  signedIn,
  browser_,
}, info) => {
  expect(signedIn.email).toBeTruthy();
  await browser_.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const popup = await browser_.openPopup(await browser_.context.newPage());
  const open = popup.getByRole('button', { name: 'Password generator' });
  await open.waitFor();
  const code = await popup.evaluate(readStartCode);
  expect(code).toContain('Password generator');
  expect(code).not.toMatch(/zoologist|Between words/);

  await open.focus();
  await popup.keyboard.press('Enter');
  const panel = popup.getByRole('group', { name: 'Generator' });
  const result = panel.getByLabel('Generated');
  await expect(result).toHaveText(/^\S{20}$/);
  // Arrows belong to the slider, not to the list of events.
  await panel.getByRole('slider', { name: 'Length' }).focus();
  await popup.keyboard.press('ArrowDown');
  await expect(result).toHaveText(/^\S{19}$/);
  await panel.getByRole('radio', { name: 'Password' }).focus();
  await popup.keyboard.press('ArrowRight', { delay: 50 });
  await expect(result).toHaveText(/^([a-z]+-){5,}[a-z]+$/);
  await expect(panel.getByText(/ bits: /)).toHaveText(/^Good\. 77 bits/);
  await panel.getByRole('button', { name: 'Copy the passphrase' }).press('Enter');
  await expect(panel.getByText('Copied')).toBeVisible();
  expect(await popup.evaluate(() => navigator.clipboard.readText())).toBe(await result.textContent());

  for (const colorScheme of ['light', 'dark'] as const) {
    await popup.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const kind of ['Passphrase', 'Password']) {
      await panel.getByRole('radio', { name: kind }).click();
      await expectNoViolations(popup, `${kind}, ${colorScheme}`);
      await popup.screenshot({ path: info.outputPath(`${colorScheme}-${kind}.png`) });
    }
  }
  await open.press('Enter');
  await expect(panel).toBeHidden();
});

/** The code that the page asks for at its start: what its document names, and what that imports at once. */
async function readStartCode(): Promise<string> {
  const nodes = document.querySelectorAll<HTMLElement>('script[src], link[rel=modulepreload]');
  const urls = new Set(Array.from(nodes, (node) => node.getAttribute('src') ?? node.getAttribute('href') ?? ''));
  let code = '';
  // A set that grows while it is walked is walked to its end.
  for (const url of urls) {
    const text = await (await fetch(url)).text();
    for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) urls.add(`/chunks/${name}`);
    code += text;
  }
  return code;
}
