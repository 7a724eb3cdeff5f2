// Arrow keys in a list: one row is in the tab order, and the arrows move it.

import { type FocusEvent, type KeyboardEvent, useState } from 'react';

/** Where each key leads, from a row to a row. */
const moves: Record<string, (index: number, last: number) => number> = {
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_index, last) => last,
};

/**
 * Roving focus over the descendants that carry `data-row`, whose value is the row's id.
 * @param ids the rows in their order.
 */
export function useRowKeys(ids: readonly string[]) {
  const [focused, setFocused] = useState<string>();
  // The row that had the focus may have been filtered away.
  const current = focused !== undefined && ids.includes(focused) ? focused : ids[0];

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const move = moves[event.key];
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null;
    if (move === undefined || row === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
    const next = rows[move(rows.indexOf(row), rows.length - 1)];
    event.preventDefault();
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }

  function onFocus(event: FocusEvent<HTMLElement>) {
    const row = event.target.closest('[data-row]');
    if (row instanceof HTMLElement) setFocused(row.dataset.row);
  }

  return {
    listProps: { onKeyDown, onFocus },
    /** Spread on the row's focusable element. */
    toRowProps: (id: string) => ({ 'data-row': id, tabIndex: id === current ? (0 as const) : (-1 as const) }),
  };
}
