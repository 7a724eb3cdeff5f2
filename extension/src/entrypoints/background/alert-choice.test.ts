import { expect, test } from 'vitest';
import { findFirstTold, toToldAlerts } from './alert-choice.ts';

/** Newest first; those in capitals were seen. */
const toAlerts = (ids: string) =>
  [...ids].map((letter) => ({ id: letter.toLowerCase(), seenAt: letter === letter.toUpperCase() ? 'then' : null }));

const starts = [
  { name: 'nothing came while the browser was away', ids: '', told: '' },
  { name: 'two came', ids: 'ba', told: 'ab' },
  { name: 'of five, the last three', ids: 'edcba', told: 'cde' },
  { name: 'seen ones do not count', ids: 'fEdcBa', told: 'cdf' },
];
for (const { name, ids, told } of starts) {
  test(`at the start: ${name}`, () => {
    const alerts = toAlerts(ids);
    expect(toToldAlerts(alerts, findFirstTold(alerts)).map(({ id }) => id)).toEqual([...told]);
  });
}

test('later every new one is told, and older ones do not come back when others are seen', () => {
  const first = findFirstTold(toAlerts('edcba'));
  expect(toToldAlerts(toAlerts('hgfedcba'), first).map(({ id }) => id)).toEqual([...'cdefgh']);
  expect(toToldAlerts(toAlerts('hGFEDCba'), first).map(({ id }) => id)).toEqual(['h']);
});
