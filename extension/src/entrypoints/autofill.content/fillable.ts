// Can a person see this field and type into it? What cannot be seen is never filled: decoy fields collect secrets.
// This is what can be told at once; whether the field is really shown is seen before it is filled (`field-sight.ts`).

import { legibilityMin, measureLegibility, readAlpha } from './legibility.ts';
import { isOwn } from './own-elements.ts';
import { findParent, getDocumentElement, listElementsAt } from './unclobbered.ts';

const sideMin = 8;

/** True for an enabled field that is rendered, large enough, on the page's canvas, opaque and not covered. */
export function isFillable(field: HTMLInputElement): boolean {
  if (field.disabled || field.readOnly || field.closest('[aria-hidden=true], [inert]') !== null) return false;
  if (!field.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) {
    return false;
  }
  const box = field.getBoundingClientRect();
  return box.width >= sideMin && box.height >= sideMin && isOnCanvas(box) && isLegible(field) && isOnTop(field, box);
}

/** Inside the area that can be scrolled to. Nobody scrolls a page sideways to log in: there it must be in the window. */
function isOnCanvas(box: DOMRect): boolean {
  const { scrollHeight } = getDocumentElement();
  const [middle, top] = [box.left + box.width / 2, box.top + scrollY];
  return middle >= 0 && middle < innerWidth && top + box.height > 0 && top < Math.max(scrollHeight, innerHeight);
}

/** Opacity multiplies down the tree; filters, clips and masks on the way may hide as well. Nor is invisible ink seen. */
function isLegible(field: Element): boolean {
  if (readAlpha(getComputedStyle(field).webkitTextFillColor) < legibilityMin) return false;
  let legibility = 1;
  for (let element: Element | null = field; element !== null; element = findParent(element)) {
    legibility *= measureLegibility(getComputedStyle(element));
    if (legibility < legibilityMin) return false;
  }
  return true;
}

/** A click in its middle would meet the field or its label; our own menu over the field is no cover. */
function isOnTop(field: HTMLInputElement, box: DOMRect): boolean {
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  // Outside the viewport nothing can be asked; it is asked again when the field was scrolled to.
  if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return true;
  const top = listElementsAt(x, y).find((element) => !isOwn(element));
  return top === field || [...(field.labels ?? [])].some((label) => top !== undefined && label.contains(top));
}
