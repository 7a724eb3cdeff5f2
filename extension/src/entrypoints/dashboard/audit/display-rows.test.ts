import { describe, expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { type DisplayRow, indexRows, toDisplayRows } from './display-rows.ts';

const bot = { title: 'deploy-bot' };
/** Newest first: one by itself, three alike, one by itself. */
const log = [makeEvent(5), makeEvent(4, bot), makeEvent(3, bot), makeEvent(2, bot), makeEvent(1)];
const layout = {
  unfolded: new Set<string>(),
  groupBy: 'none',
  cachedFrom: undefined,
  toDay: (at: string) => at.slice(0, 10),
} as const;
const draw = (rows: readonly DisplayRow[]) =>
  rows.map((row) => (row.kind === 'event' ? `${row.place} ${row.event.seq}` : row.kind));

describe('rows of the log', () => {
  test('alike events are one row, by the newest of them', () => {
    expect(draw(toDisplayRows(log, layout))).toEqual(['alone 5', 'folded 4', 'alone 1']);
  });

  test('an open fold shows each of its events', () => {
    const rows = toDisplayRows(log, { ...layout, unfolded: new Set([makeEvent(3).id]) });
    expect(draw(rows)).toEqual(['alone 5', 'first 4', 'member 3', 'last 2', 'alone 1']);
  });

  test('a new event leaves open what was open, and every row but its own keeps its key', () => {
    const unfolded = new Set([makeEvent(4).id]);
    const before = toDisplayRows(log.slice(1), { ...layout, unfolded });
    const after = toDisplayRows([makeEvent(5, bot), ...log.slice(1)], { ...layout, unfolded });
    expect(draw(after)).toEqual(['first 5', 'member 4', 'member 3', 'last 2', 'alone 1']);
    expect(after.slice(1).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  });

  test('a folded row keeps its key while new events join it', () => {
    const [before] = toDisplayRows(log.slice(1), layout);
    const [after] = toDisplayRows([makeEvent(5, bot), ...log.slice(1)], layout);
    expect(after?.key).toBe(before?.key);
  });

  test('calls and their answers are one row, which opens to each of them and keeps its key while more arrive', () => {
    const call = { title: 'GitHub proxy', action: 'inject', tool: 'search_issues' } as const;
    const answer = { ...call, action: 'result' } as const;
    const calls = [makeEvent(3, call), makeEvent(2, answer), makeEvent(1, call)];
    const [before] = toDisplayRows(calls, layout);
    const after = toDisplayRows([makeEvent(4, answer), ...calls], layout);
    expect(draw(after)).toEqual(['folded 4']);
    expect(after[0]?.key).toBe(before?.key);
    const opened = toDisplayRows(calls, { ...layout, unfolded: new Set([makeEvent(2).id]) });
    expect(draw(opened)).toEqual(['first 3', 'member 2', 'last 1']);
    expect(calls.map(({ id }) => indexRows(opened).get(id))).toEqual([0, 1, 2]);
  });

  test('each day has its head, and no fold reaches over midnight', () => {
    const toDay = (at: string) => (at < '2026-03-01T00:00:03' ? 'Saturday' : 'Sunday');
    const rows = toDisplayRows(log, { ...layout, groupBy: 'day', toDay });
    expect(draw(rows)).toEqual(['day', 'alone 5', 'folded 4', 'day', 'alone 2', 'alone 1']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  test('a line stands where the local copy ends, and no fold reaches over it', () => {
    expect(draw(toDisplayRows(log, { ...layout, cachedFrom: 3 }))).toEqual([
      'alone 5',
      'folded 4',
      'seam',
      'alone 2',
      'alone 1',
    ]);
    expect(draw(toDisplayRows(log, { ...layout, cachedFrom: 1 }))).not.toContain('seam');
  });

  test('every event is found at the row that shows it', () => {
    const rows = toDisplayRows(log, { ...layout, groupBy: 'day' });
    const index = indexRows(rows);
    expect(log.map(({ id }) => index.get(id))).toEqual([1, 2, 2, 2, 3]);
  });
});
