// Presses by mouse on cards, which take one only where they have stood still for a moment: before that moment, and after it.

import type { Locator, Page } from '@playwright/test';

const stillForMs = 800;

/** Clicks a button on a card that waits for the owner, once it has stood in its place for long enough. */
export async function clickSteady(button: Locator): Promise<void> {
  await waitUntilSteady(button);
  await button.click();
}

/** Until an element has been in one place, frame by frame, for as long as presses want. */
export async function waitUntilSteady(locator: Locator): Promise<void> {
  await locator.scrollIntoViewIfNeeded();
  await locator.evaluate(
    (element, ms) =>
      new Promise<void>((resolve) => {
        let place = '';
        let sinceMs = 0;
        const look = (nowMs: number) => {
          const { x, y } = element.getBoundingClientRect();
          if (place !== `${x} ${y}`) sinceMs = nowMs;
          place = `${x} ${y}`;
          if (nowMs - sinceMs > ms) resolve();
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    stillForMs,
  );
}

/** Where a mouse has to point. */
export async function findMiddle(locator: Locator): Promise<[x: number, y: number]> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is shown');
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/**
 * Has a button of the first such card clicked, as a mouse does, in the very frame in which that card has moved or come;
 * `html` has the button's name as `data-pressed` then. From within the page: a real mouse may be too late on a slow machine.
 */
export async function pressAsSoonAsItMoves(page: Page, card: string, button: string): Promise<void> {
  await page.evaluate(
    ([cardName, buttonName]) => {
      const find = () => document.querySelector(`[aria-label="${cardName}"]:not([inert] *)`);
      const before = find()?.getBoundingClientRect().y;
      const look = () => {
        const found = find();
        if (found == null || found.getBoundingClientRect().y === before) return requestAnimationFrame(look);
        const target = [...found.querySelectorAll('button')].find(({ textContent }) => textContent === buttonName);
        target?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
        target?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }));
        document.documentElement.dataset.pressed = target?.textContent ?? 'nothing';
      };
      requestAnimationFrame(look);
    },
    [card, button] as const,
  );
}
