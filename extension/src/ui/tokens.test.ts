import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

const faces = new Map(
  [...css.matchAll(/--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, role = '', light = '', dark = '']) => [role, { light, dark }],
  ),
);

/** Relative luminance, WCAG 2.2. */
function toLuminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function toContrast(front: string, back: string): number {
  const [lighter = 0, darker = 0] = [toLuminance(front), toLuminance(back)].sort((left, right) => right - left);
  return (lighter + 0.05) / (darker + 0.05);
}

function measure(front: string, back: string, theme: 'light' | 'dark'): number {
  const [text, ground] = [faces.get(front)?.[theme], faces.get(back)?.[theme]];
  if (text === undefined || ground === undefined) throw new Error(`no token ${front} or ${back}`);
  return toContrast(text, ground);
}

const grounds = ['canvas', 'panel', 'raised', 'sunken', 'accent-soft'];
const pairs = [
  ...['ink', 'mute', 'faint', 'accent', 'red'].flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ...['green', 'blue', 'red', 'amber'].flatMap((role) => [
    [role, 'panel'] as const,
    [role, `${role}-soft`] as const,
    ['ink', `${role}-soft`] as const,
  ]),
  ['on-accent', 'accent'] as const,
  ['on-accent', 'accent-strong'] as const,
  ['on-accent', 'red'] as const,
  ['on-accent', 'red-strong'] as const,
  // Tooltips and toasts are drawn in reverse.
  ['canvas', 'ink'] as const,
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(pairs)('%s on %s reads at 4.5 to 1 or more', (text, ground) => {
    expect(measure(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['canvas', 'panel', 'raised'])('the edge of a control shows on %s at 3 to 1 or more', (ground) => {
    expect(measure('control', ground, theme)).toBeGreaterThanOrEqual(3);
  });

  test.each(['canvas', 'panel', 'raised', 'sunken'])('the focus ring shows on %s at 3 to 1 or more', (ground) => {
    expect(measure('accent', ground, theme)).toBeGreaterThanOrEqual(3);
  });
});
