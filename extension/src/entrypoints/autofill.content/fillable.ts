// Can a person see this field and type into it? What cannot be seen is never filled: decoy fields collect secrets.

import { isOwn } from './own-elements.ts';
import { findParent, getDocumentElement, listElementsAt } from './unclobbered.ts';

const sideMin = 8;
const opacityMin = 0.2;

/** True for an enabled field that is rendered, large enough, on the page's canvas, opaque and not covered. */
export function isFillable(field: HTMLInputElement): boolean {
  if (field.disabled || field.readOnly || field.closest('[aria-hidden=true], [inert]') !== null) return false;
  if (!field.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) {
    return false;
  }
  const box = field.getBoundingClientRect();
  return box.width >= sideMin && box.height >= sideMin && isOnCanvas(box) && isOpaque(field) && isOnTop(field, box);
}

/** Inside the area that can be scrolled to. */
function isOnCanvas(box: DOMRect): boolean {
  const { scrollWidth, scrollHeight } = getDocumentElement();
  const [left, top] = [box.left + scrollX, box.top + scrollY];
  return (
    left + box.width > 0 && top + box.height > 0 && left < scrollWidth && top < Math.max(scrollHeight, innerHeight)
  );
}

/** Opacity multiplies down the tree; clips and filters on the way may hide as well. */
function isOpaque(field: Element): boolean {
  let opacity = 1;
  for (let element: Element | null = field; element !== null; element = findParent(element)) {
    const style = getComputedStyle(element);
    opacity *= Number(style.opacity);
    if (opacity < opacityMin || style.clipPath !== 'none' || /opacity\(/.test(style.filter)) return false;
  }
  return true;
}

/** A click in its middle would meet the field or its label; our own menu over the field is no cover. */
function isOnTop(field: HTMLInputElement, box: DOMRect): boolean {
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  // Outside the viewport nothing can be asked; it is asked again when the field is scrolled to and focused.
  if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return true;
  const top = listElementsAt(x, y).find((element) => !isOwn(element));
  return top === field || [...(field.labels ?? [])].some((label) => top !== undefined && label.contains(top));
}
