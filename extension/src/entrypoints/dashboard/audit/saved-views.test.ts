import { expect, test } from 'vitest';
import { parseAuditSearch } from './audit-search.ts';
import { findOpenView, fromView, type SavedView, toViewSearch } from './saved-views.ts';

const id = (n: number) => `0197f3a0-0000-7000-8000-00000000000${n}`;
const view = (n: number, search: string): SavedView => ({
  id: id(n),
  name: `view ${n}`,
  search,
  createdAt: '2026-03-01T00:00:00.000Z',
});
const denied = view(1, '?types=policy_denied&from=7d');

test('a view keeps filters and grouping, and neither the open event nor the open groups', () => {
  const search = {
    types: ['policy_denied' as const],
    group: 'day' as const,
    event: id(1),
    expanded: ['x'],
    view: id(2),
  };
  expect(toViewSearch(search)).toBe('?group=day&types=policy_denied');
});

test('views that mean the same are written the same', () => {
  expect(toViewSearch({ services: ['b', 'a'], from: '7d' })).toBe(toViewSearch({ from: '7d', services: ['a', 'b'] }));
});

test('what is saved may pass through a header or a log: printable ASCII only', () => {
  expect(toViewSearch({ services: ['日本', 'a b'], text: '\u202eü' })).toMatch(/^\?[\x21-\x7e]+$/);
});

test('a view that another version saved opens with what is understood of it', () => {
  const search = fromView(view(3, `?types=policy_denied&types=teleport&moon=full&event=${id(1)}`));
  expect(toViewSearch(search)).toBe('?types=policy_denied');
  expect(search.view).toBe(id(3));
  expect(search.event).toBeUndefined();
});

test('the view that was opened stays the open one when filters change, and says so', () => {
  const opened = fromView(denied);
  expect(findOpenView([denied], opened)).toEqual({ view: denied, changed: false });
  expect(findOpenView([denied], { ...opened, from: '24h' })).toEqual({ view: denied, changed: true });
});

test('filters that were set by hand are recognised as a saved view', () => {
  const search = parseAuditSearch({ from: '7d', types: 'policy_denied' });
  expect(findOpenView([view(2, ''), denied], search)?.view.id).toBe(id(1));
});

test('an address that names no view, or one that is gone, is of none', () => {
  expect(findOpenView([denied], {})).toBeUndefined();
  expect(findOpenView([denied], { view: id(9) })).toBeUndefined();
  expect(findOpenView([denied], { ...fromView(denied), view: id(9) })?.view.id).toBe(id(1));
});
