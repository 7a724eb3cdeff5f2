import { expect, test } from 'vitest';
import { legibilityMin, measureFilter, readAlpha } from './legibility.ts';

test.each([
  'none',
  'brightness(0.9)',
  'contrast(1.2) saturate(1.4)',
  'blur(1px)',
  'invert(1) hue-rotate(180deg)',
  'grayscale(1) sepia(0.3)',
  'drop-shadow(rgba(0, 0, 0, 0.2) 0px 2px 60px)',
  'opacity(0.8)',
])('%s leaves enough to see', (filter) => {
  expect(measureFilter(filter)).toBeGreaterThanOrEqual(legibilityMin);
});

test.each([
  'brightness(0) invert(1)',
  'brightness(100)',
  'contrast(0)',
  'blur(60px)',
  'invert(0.5)',
  'opacity(0.1)',
  'saturate(50)',
  'url("#hide")',
  'drop-shadow(rgb(0, 0, 0) 0px 0px 1px) url("#hide")',
  'brightness(0.5) brightness(0.5) brightness(0.5)',
])('%s does not', (filter) => {
  expect(measureFilter(filter)).toBeLessThan(legibilityMin);
});

test.each([
  ['rgb(1, 2, 3)', 1],
  ['rgba(1, 2, 3, 0)', 0],
  ['rgba(1, 2, 3, 0.25)', 0.25],
  ['color(srgb 1 1 1 / 0.5)', 0.5],
  ['oklch(0.5 0.1 200)', 1],
])('the opacity of %s is %d', (color, alpha) => {
  expect(readAlpha(color)).toBe(alpha);
});
