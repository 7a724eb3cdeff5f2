// What does an element paint over what lies below it? Reads computed styles, those of its pseudo-elements as well.

import { legibilityMin, readAlpha } from './legibility.ts';

const boxes = [null, '::before', '::after'] as const;
const replaced =
  'audio, canvas, embed, iframe, img, input, meter, object, picture, progress, select, svg, svg *, textarea, video';
/** Frames and shadows of ordinary pages are smaller. */
const frameMaxPx = 8;
const spillMaxPx = 32;

/** The element's own box and those of its pseudo-elements that there are. */
export function listBoxStyles(element: Element): readonly CSSStyleDeclaration[] {
  const styles = boxes.map((box) => getComputedStyle(element, box));
  return styles.filter((style, index) => index === 0 || !['none', 'normal', ''].includes(style.content));
}

/** True for an element that may show something of its own all over: an image, a control, a document. */
export function isReplaced(element: Element): boolean {
  return Element.prototype.matches.call(element, replaced);
}

/** True for a box with a filling, or with a frame so thick that it is one. */
export function isFilled(style: CSSStyleDeclaration): boolean {
  if (Number(style.opacity) < legibilityMin || style.visibility !== 'visible') return false;
  const hasImage = [style.backgroundImage, style.borderImageSource, style.backdropFilter].some(isSet);
  const hasContent = style.content.startsWith('url(') || style.content.includes('gradient(');
  const hasFrame = [style.borderTopWidth, style.borderBottomWidth, style.borderLeftWidth, style.borderRightWidth].some(
    (width) => Number.parseFloat(width) > frameMaxPx,
  );
  return hasImage || hasContent || hasFrame || isInk(style.backgroundColor) || style.boxShadow.includes('inset');
}

/** True for a box that paints far beyond its edges, where no click meets it. */
export function isSpilling({ outlineStyle, outlineWidth, boxShadow }: CSSStyleDeclaration): boolean {
  if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > spillMaxPx) return true;
  // Each shadow is a colour, two distances, a blur and a spread.
  return [...boxShadow.matchAll(/([a-z]+\([^)]*\)) (-?[\d.]+)px (-?[\d.]+)px [\d.]+px (-?[\d.]+)px/g)].some(
    ([, color = '', ...lengths]) => isInk(color) && lengths.some((length) => Math.abs(Number(length)) > spillMaxPx),
  );
}

function isInk(color: string): boolean {
  return readAlpha(color) >= legibilityMin;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'none';
}
