// Saved views as addresses: what is saved of one, and which one the page shows.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { inferRouterOutputs } from '@trpc/server';
import { parseSearch, stringifySearch } from '../search.ts';
import { type AuditSearch, parseAuditSearch } from './audit-search.ts';

export type SavedView = inferRouterOutputs<AppRouter>['views']['list'][number];

/** What is saved: filters and grouping, in one order, so that equal views have equal texts. */
export function toViewSearch(search: AuditSearch): string {
  const { event: _event, expanded: _expanded, view: _view, ...kept } = search;
  const names = Object.keys(kept).sort();
  const members: Record<string, unknown> = kept;
  return stringifySearch(Object.fromEntries(names.map((name) => [name, toSorted(members[name])])));
}

function toSorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value;
}

/** The address that shows a view. What this version does not understand of it is left out. */
export function fromView(view: SavedView): AuditSearch {
  const { event: _event, expanded: _expanded, ...search } = parseAuditSearch(parseSearch(view.search));
  return { ...search, view: view.id };
}

export interface OpenView {
  readonly view: SavedView;
  /** The page shows something else by now. */
  readonly changed: boolean;
}

/** The view that was opened, or else one that shows the same as the page. */
export function findOpenView(views: readonly SavedView[], search: AuditSearch): OpenView | undefined {
  const shown = toViewSearch(search);
  const isShown = (view: SavedView) => toViewSearch(fromView(view)) === shown;
  const opened = views.find(({ id }) => id === search.view);
  if (opened !== undefined) return { view: opened, changed: !isShown(opened) };
  const equal = views.find(isShown);
  return equal === undefined ? undefined : { view: equal, changed: false };
}
