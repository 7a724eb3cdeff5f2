// The rules of accessibility that a machine can check.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/**
 * Verifies that nothing on the page breaks a rule for longer than a moment: colours that change are on their way.
 * @param state what is shown, for the failure to say.
 * @param within a CSS selector: only what lies in there.
 */
export async function expectNoViolations(page: Page, state: string, within?: string): Promise<void> {
  await expect.poll(() => findViolations(page, within), state).toEqual([]);
}

/** The same in light and in dark, as the page stands. */
export async function expectNoViolationsInThemes(page: Page, state: string, within?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectNoViolations(page, `${state}, ${colorScheme}`, within);
  }
}

/** The first element that breaks each rule, behind the rule's name. */
async function findViolations(page: Page, within: string | undefined): Promise<string[]> {
  // The other mode asks frames, and opens a second page for that: it takes twice the time, and a popup would close.
  const all = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (within === undefined ? all : all.include(within)).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
