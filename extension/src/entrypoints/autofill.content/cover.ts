// Is a field covered, where the browser does not vouch for it? Looks at a grid of places, at what lies above the field there
// and whether that is painted. A label that floats over its field, an icon in its corner and a frame are no cover.
//
// The limit: text is not measured, so one that is written in blocks hides what is below it unnoticed; nor is a field told
// that has the colours of its background. What clicks cannot be made to meet counts as a cover wherever it is painted.

import { browser } from 'wxt/browser';
import { isOwn } from './own-elements.ts';
import { isFilled, isReplaced, isSpilling, listBoxStyles } from './paint.ts';
import {
  contains,
  findAll,
  findAllOnPage,
  getAttribute,
  getBox,
  getDocumentElement,
  listElementsAt,
  makeElement,
  setAttribute,
} from './unclobbered.ts';

const [columns, rows] = [8, 3];
const clearShareMin = 0.6;

/** True where most of a field, which is inside the window, shines through what lies above it. */
export function isUncovered(field: HTMLInputElement): boolean {
  return whileAllMeetClicks(() => !hasUnmetCover(field) && measureClearShare(field) >= clearShareMin);
}

function measureClearShare(field: HTMLInputElement): number {
  const { left, top, width, height } = field.getBoundingClientRect();
  const places = Array.from({ length: columns * rows }, (_, index) => ({
    x: left + (width * ((index % columns) + 0.5)) / columns,
    y: top + (height * (Math.floor(index / columns) + 0.5)) / rows,
  }));
  return places.filter(({ x, y }) => isClearAt(field, x, y)).length / places.length;
}

/** A field that is not found at a place is clipped there. */
function isClearAt(field: HTMLInputElement, x: number, y: number): boolean {
  const stack = listElementsAt(x, y);
  const depth = stack.indexOf(field);
  return depth >= 0 && stack.slice(0, depth).every((element) => isOwn(element) || !isPainted(element));
}

function isPainted(element: Element): boolean {
  if (!isShown(element)) return false;
  return isReplaced(element) || findShadow(element) !== null || listBoxStyles(element).some(isFilled);
}

/**
 * Covers that no click meets all the same: whose style insists on it, who stand in a shadow, or who paint beyond their edges.
 * Which of them lie above the field cannot be asked.
 */
function hasUnmetCover(field: HTMLInputElement): boolean {
  return listShadowsToo(getDocumentElement()).some((element) => {
    if (isOwn(element) || !isShown(element)) return false;
    const [own, ...added] = listBoxStyles(element);
    if (added.some((style) => isSpilling(style) || (!meetsClicks(style) && isFilled(style)))) return true;
    // What is around the field lies below it; only what is added to it may lie above.
    if (own === undefined || contains(element, field)) return false;
    return isSpilling(own) || (!meetsClicks(own) && overlaps(element, field) && isPainted(element));
  });
}

function meetsClicks(style: CSSStyleDeclaration): boolean {
  return style.pointerEvents !== 'none' && style.getPropertyValue('interactivity') !== 'inert';
}

/** Has clicks meet everything while something is asked, all within one step, which the page does not get to draw. */
function whileAllMeetClicks<Answer>(ask: () => Answer): Answer {
  const style = makeElement('style');
  style.textContent = '*,::before,::after{pointer-events:auto!important;interactivity:auto!important}';
  const inert = findAllOnPage('[inert]').map((element) => ({ element, value: getAttribute(element, 'inert') }));
  getDocumentElement().append(style);
  for (const { element } of inert) setAttribute(element, 'inert', null);
  try {
    return ask();
  } finally {
    for (const { element, value } of inert) setAttribute(element, 'inert', value);
    style.remove();
  }
}

function listShadowsToo(root: Element | ShadowRoot): readonly Element[] {
  const elements = root instanceof Element ? findAll(root, '*') : [...root.querySelectorAll('*')];
  const shadows = elements.filter((element) => !isOwn(element)).map(findShadow);
  return [...elements, ...shadows.flatMap((shadow) => (shadow === null ? [] : listShadowsToo(shadow)))];
}

/** Closed ones as well, where the browser lets an extension see them. */
function findShadow(element: Element): ShadowRoot | null {
  if (!(element instanceof HTMLElement) || element instanceof HTMLFormElement) return null;
  return browser.dom?.openOrClosedShadowRoot(element) ?? element.shadowRoot;
}

function isShown(element: Element): boolean {
  return Element.prototype.checkVisibility.call(element, { visibilityProperty: true, opacityProperty: true });
}

function overlaps(element: Element, field: HTMLInputElement): boolean {
  const [over, box] = [getBox(element), field.getBoundingClientRect()];
  return over.left < box.right && over.right > box.left && over.top < box.bottom && over.bottom > box.top;
}
