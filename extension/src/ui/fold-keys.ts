// Right and Left in a list of events: open and close what is folded.

import type { KeyboardEvent } from 'react';
import type { EventRow } from './fold-rows.ts';

/** A handler for the list whose focusable elements carry `data-row`, the id of the row's event. */
export function toFoldKeys(rows: readonly EventRow[], toggle: (row: EventRow) => void) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
    const id = event.target.dataset.row;
    const row = rows.find((candidate) => candidate.event.id === id);
    if (row === undefined || row.place === 'alone') return;
    if (event.key !== (row.place === 'folded' ? 'ArrowRight' : 'ArrowLeft')) return;
    event.preventDefault();
    // The row itself may be about to go; the head of its fold stays.
    event.currentTarget.querySelector<HTMLElement>(`[data-row="${row.fold[0].id}"]`)?.focus();
    toggle(row);
  };
}
