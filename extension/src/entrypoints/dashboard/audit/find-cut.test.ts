import { expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { toDisplayRows } from './display-rows.ts';
import { findCut } from './find-cut.ts';

const layout = { unfolded: new Set<string>(), groupBy: 'none', cachedFrom: undefined, toDay: () => '' } as const;
/** Newest first; every third event is alike the one before it, so that two rows hold three events. */
const log = Array.from({ length: 3_000 }, (_, seq) =>
  makeEvent(seq, { title: `bot ${Math.floor((seq * 2) / 3)}` }),
).reverse();
const rows = toDisplayRows(log, layout);

test('a list that holds little lets go of nothing', () => {
  expect(findCut(toDisplayRows(log.slice(0, 1_900), layout), { startIndex: 1_000, endIndex: 1_020 })).toBeUndefined();
});

test('a reader far down lets go of what is far above, and never of part of a row', () => {
  const cut = findCut(rows, { startIndex: 1_500, endIndex: 1_520 });
  expect(cut).toMatchObject({ side: 'above', rows: 1_350 });
  const kept = toDisplayRows(log.slice(cut?.events), layout);
  expect(kept.map(({ key }) => key)).toEqual(rows.slice(cut?.rows).map(({ key }) => key));
});

test('a reader near the top lets go of what is far below', () => {
  const cut = findCut(rows, { startIndex: 10, endIndex: 30 });
  expect(cut).toMatchObject({ side: 'below', rows: 180 });
  const kept = toDisplayRows(log.slice(0, cut?.events), layout);
  expect(kept.map(({ key }) => key)).toEqual(rows.slice(0, 180).map(({ key }) => key));
});

test('an open fold is not cut in two', () => {
  const run = Array.from({ length: 400 }, (_, seq) => makeEvent(10_000 + seq, { title: 'run' })).reverse();
  const open = toDisplayRows([...run, ...log], { ...layout, unfolded: new Set([run[0]?.id ?? '']) });
  expect(findCut(open, { startIndex: 350, endIndex: 370 })).toBeUndefined();
});
