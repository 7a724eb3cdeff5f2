// No page breaks a rule that a machine can check, in light and in dark, and none needs more room than it has.

import { expectNoViolations } from '../kit/axe.ts';
import { createClient } from '../kit/client.ts';
import { expect, type Person, test } from './fixtures.ts';

for (const path of ['/vault', '/agents', '/policies', '/audit', '/settings', '/nowhere']) {
  test(`axe finds nothing on ${path}, light or dark, and it fits 320 and 1600 px`, async ({
    server,
    signedIn,
    dashboard,
  }) => {
    await furnish(signedIn, server.url);
    const page = await dashboard(path);
    for (const colorScheme of ['light', 'dark'] as const) {
      // Loaded anew, so that no colour is caught on its way from one theme to the other.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.reload();
      await page.getByRole('heading').first().waitFor();
      await expect(page.getByText('Loading')).toHaveCount(0);
      await expectNoViolations(page, colorScheme);
    }
    for (const width of [320, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
    }
  });
}

async function furnish(person: Person, url: string) {
  const { key } = await person.client.agents.create.mutate({ name: 'deploy-bot' });
  const refused = createClient(url, key).agent.credential.mutate({ service: 'github' });
  await refused.catch(() => {});
  await person.client.credentials.create.mutate({
    kind: 'login',
    service: 'example-shop',
    label: 'Sam',
    public: { username: 'sam@example.com', sites: ['https://shop.example.com'] },
    secret: { password: 'x' },
  });
}

test('axe finds nothing on the welcome page and in the popup', async ({ browser_ }) => {
  const page = await browser_.context.newPage();
  await page.goto(browser_.toExtensionUrl('dashboard.html#/welcome'));
  await page.getByLabel('Server address').waitFor();
  await expectNoViolations(page, 'welcome');
  const popup = await browser_.openPopup(page);
  await popup
    .getByRole('button', { name: 'Get started' })
    .or(popup.getByRole('link', { name: 'Get started' }))
    .waitFor();
  await expectNoViolations(popup, 'popup');
});
