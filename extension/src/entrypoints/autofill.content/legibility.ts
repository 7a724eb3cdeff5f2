// What is left to see of an element after its opacity and its filters: 1 is all, 0 nothing. Reads computed styles.

/** Below this nobody sees it. */
export const legibilityMin = 0.2;

/** How much an element's own opacity, filter, clip and mask leave of what is in it. A clip or a mask may hide all of it. */
export function measureLegibility(style: CSSStyleDeclaration): number {
  const hiding = ['clip-path', 'mask-image', '-webkit-mask-box-image-source'];
  if (hiding.some((name) => !['', 'none'].includes(style.getPropertyValue(name)))) return 0;
  return Number(style.opacity) * measureFilter(style.filter);
}

/** The share of its contrast that a filter leaves. Reduced by each function on its own; what is not known leaves nothing. */
export function measureFilter(filter: string): number {
  if (filter === '' || filter === 'none') return 1;
  const functions = [...filter.matchAll(/([a-z-]+)\(((?:[^()]|\([^()]*\))*)\)/g)];
  return functions.reduce((left, [, name = '', argument = '']) => {
    const measure = filterMeasures[name];
    return measure === undefined ? 0 : left * measure(Number.parseFloat(argument));
  }, 1);
}

const keepAll = () => 1;
/** Too dark and too bright are alike. */
const keepNearOne = (amount: number) => (amount > 1 ? 1 / amount : amount);
const filterMeasures: Readonly<Record<string, (amount: number) => number>> = {
  blur: (px) => 1 / (1 + px),
  brightness: keepNearOne,
  contrast: keepNearOne,
  'drop-shadow': keepAll,
  grayscale: keepAll,
  'hue-rotate': keepAll,
  invert: (share) => Math.abs(1 - 2 * share),
  opacity: (share) => share,
  saturate: (amount) => (amount > 1 ? 1 / amount : 1),
  sepia: keepAll,
};

/** The opacity of a computed colour. */
export function readAlpha(color: string): number {
  const alpha = /^rgba\(.*,(.*)\)$/.exec(color)?.[1] ?? /\/(.*)\)$/.exec(color)?.[1];
  if (alpha === undefined) return 1;
  return alpha.includes('%') ? Number.parseFloat(alpha) / 100 : Number.parseFloat(alpha);
}
