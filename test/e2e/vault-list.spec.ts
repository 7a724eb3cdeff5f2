// The vault's list, however much it holds: only what is on the screen is drawn, and the keys still reach every row.

import { randomUUID } from 'node:crypto';
import { importBatchMax } from '@keytrail/shared/credential';
import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import { expect, type Person, test } from './fixtures.ts';

async function fill({ client }: Person, count: number): Promise<void> {
  const importId = randomUUID();
  for (let from = 0; from < count; from += importBatchMax) {
    const credentials = Array.from({ length: Math.min(importBatchMax, count - from) }, (_, n) => {
      const name = String(from + n).padStart(4, '0');
      return {
        kind: 'login' as const,
        service: `site-${name}`,
        label: `Site ${name}`,
        public: { username: 'sam', sites: [`https://s${name}.example.com`] },
        secret: { password: 'x' },
      };
    });
    await client.credentials.createMany.mutate({ importId, credentials });
  }
}

const row = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('of five thousand credentials those on the screen are drawn, and keys, search and scrolling reach them all', async ({
  signedIn,
  dashboard,
}) => {
  test.slow();
  await fill(signedIn, 5000);
  const page = await dashboard('/vault');
  await expect(row(page, 'Site 0000')).toBeVisible();
  const countDrawn = () => page.locator('[data-row]').count();
  expect(await countDrawn()).toBeLessThan(60);
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '5001');

  await row(page, 'Site 0000').focus();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'Site 0001')).toBeFocused();
  await page.keyboard.press('End');
  await expect(row(page, 'Site 4999')).toBeFocused();
  await expect(row(page, 'Site 4999')).toBeInViewport();
  await expect(page.getByRole('row').filter({ hasText: 'Site 4999' })).toHaveAttribute('aria-rowindex', '5001');
  await page.keyboard.press('PageUp');
  await expect(row(page, 'Site 4999')).not.toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'Site 4998')).toBeFocused();
  // Far away from it the focus is where it was, and the next key goes on from there.
  await page.evaluate(() => scrollTo(0, 0));
  await expect(row(page, 'Site 0000')).toBeInViewport();
  await expect(row(page, 'Site 4998')).toBeFocused();
  expect(await countDrawn()).toBeLessThan(60);
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 'Site 4997')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Site 4997' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(page, 'Site 4997')).toBeFocused();

  await page.getByRole('searchbox').fill('s49');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '101');
  await expect(row(page, 'Site 4900')).toBeInViewport();
  await page.getByRole('searchbox').fill('s4999.example');
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '2');
  await page.getByRole('searchbox').fill('');
  await row(page, 'Site 0000').focus();
  await page.keyboard.press('Home');
  await expect(row(page, 'Site 0000')).toBeFocused();
  await expectNoViolations(page, 'a long list');
});

test('rows lie without gaps and keep their columns, from top to bottom', async ({ signedIn, dashboard }) => {
  await fill(signedIn, 200);
  const page = await dashboard('/vault');
  await expect(row(page, 'Site 0000')).toBeVisible();
  const listed = new Set<string>();
  for (let step = 0; step < 40; step++) {
    const { names, gapPx, widths } = await page.evaluate(readRows);
    for (const name of names) listed.add(name);
    expect(gapPx).toBeLessThan(1);
    expect(widths).toBe(1);
    const isAtEnd = await page.evaluate(() => {
      scrollBy(0, innerHeight / 2);
      return scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    if (isAtEnd && step > 0 && listed.size === 200) break;
  }
  expect(listed.size).toBe(200);
});

/** The rows that are drawn beside each other: the largest room between two, and how many widths their first column has. */
function readRows() {
  const rows = [...document.querySelectorAll<HTMLElement>('tr:has([data-row])')];
  const boxes = rows.map((each) => each.getBoundingClientRect());
  const gaps = boxes.slice(1).map(({ top }, index) => Math.abs(top - (boxes[index]?.bottom ?? top)));
  return {
    names: rows.map((each) => each.querySelector('[data-row]')?.textContent ?? ''),
    gapPx: Math.max(0, ...gaps),
    widths: new Set(rows.map((each) => each.querySelector('td')?.getBoundingClientRect().width)).size,
  };
}
