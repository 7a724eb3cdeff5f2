// The keyboard in the log: one row is in the tab order, and the keys move it, however few rows are drawn.

import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { EventRow } from '../../../ui/fold-rows.ts';
import type { DisplayRow } from './display-rows.ts';

interface LogKeys {
  readonly rows: readonly DisplayRow[];
  /** Row by event id. */
  readonly index: ReadonlyMap<string, number>;
  readonly body: RefObject<HTMLElement | null>;
  readonly scrollTo: (index: number) => void;
  /** How many rows fill the screen. */
  readonly pageRows: () => number;
  /** The first row on the screen. */
  readonly firstShown: () => number;
  readonly toggle: (row: EventRow) => void;
  /** Brings the newest or the oldest events; resolves when they are there. */
  readonly goTo: (end: 'head' | 'end') => Promise<void>;
}

/** Roving focus. What the rows' keyboard handler and the rows themselves need. */
export function useLogKeys(keys: LogKeys) {
  const { rows, index, body } = keys;
  const [current, setCurrent] = useState<string>();
  const hadFocus = useRef(false);
  /** What takes the focus once it is drawn. */
  const wanted = useRef<{ readonly id?: string; readonly end?: 'head' | 'end'; readonly selector: string }>(undefined);
  const firstRow = rows.findIndex(({ kind }) => kind === 'event');
  const currentIndex = current === undefined ? undefined : index.get(current);

  function focusRow(at: number, selector = '[data-row]') {
    const row = rows[at];
    if (row?.kind !== 'event') return;
    wanted.current = { id: row.event.id, selector };
    setCurrent(row.event.id);
    keys.scrollTo(at);
    settle();
  }

  /** Puts the focus where it is wanted as soon as that row is drawn. */
  function settle() {
    const { id, selector } = wanted.current ?? {};
    const row = id === undefined ? undefined : body.current?.querySelector(`[data-row="${id}"]`)?.closest('tr');
    const target = row?.querySelector<HTMLElement>(selector ?? '') ?? row?.querySelector<HTMLElement>('[data-row]');
    if (target == null) return;
    wanted.current = undefined;
    target.focus({ preventScroll: true });
  }

  useLayoutEffect(() => {
    const end = wanted.current?.end;
    if (end !== undefined) {
      const at = end === 'head' ? firstRow : rows.length - 1;
      if (rows[at]?.kind === 'event') focusRow(at);
    }
    settle();
    // The row that had the focus may be gone with its page: reading goes on at the first one on the screen.
    if (!hadFocus.current || wanted.current !== undefined || document.activeElement !== document.body) return;
    const at = currentIndex ?? keys.firstShown();
    const row = rows[at];
    if (row?.kind !== 'event') return;
    wanted.current = { id: row.event.id, selector: '[data-row]' };
    setCurrent(row.event.id);
    settle();
  });

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const { target } = event;
    if (!(target instanceof Element) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = currentIndex ?? firstRow;
    const row = rows[at];
    if (target.closest('tr') === null || row?.kind !== 'event') return;
    const move = moves[event.key];
    if (move !== undefined) focusRow(move(rows, at, keys.pageRows()));
    else if (event.key === 'Home' || event.key === 'End') {
      const end = event.key === 'Home' ? 'head' : 'end';
      void keys.goTo(end).then(() => {
        wanted.current = { end, selector: '[data-row]' };
        setCurrent(undefined);
      });
    } else if (event.key === 'ArrowRight' && row.place === 'folded') toggle(row);
    else if (event.key === 'ArrowLeft' && row.place !== 'folded' && row.place !== 'alone') toggle(row);
    else return;
    event.preventDefault();
  }

  /** Opens or closes a fold; the focus stays with it. */
  function toggle(row: EventRow, selector = '[data-row]') {
    wanted.current = { id: row.fold[0].id, selector };
    setCurrent(row.fold[0].id);
    keys.toggle(row);
  }

  return {
    currentIndex,
    /** The row where Tab enters the list. */
    tabIndex: currentIndex ?? firstRow,
    toggle,
    /** Makes a row the one with the keyboard, and brings it on the screen, without taking the focus. */
    show(id: string, at: number) {
      setCurrent(id);
      keys.scrollTo(at);
    },
    hasFocus: () => hadFocus.current,
    bodyProps: {
      onKeyDown,
      onFocus(event: FocusEvent<HTMLElement>) {
        hadFocus.current = true;
        const id = event.target.closest('tr')?.querySelector<HTMLElement>('[data-row]')?.dataset.row;
        if (id !== undefined) setCurrent(id);
      },
      onBlur(event: FocusEvent<HTMLElement>) {
        // A row that is taken away loses the focus, too, but to nobody.
        if (event.relatedTarget !== null || event.target.isConnected) hadFocus.current = false;
      },
    },
  };
}

type Move = (rows: readonly DisplayRow[], from: number, pageRows: number) => number;

/** Where each key leads, from a row to a row; rows that are no events are passed over. */
const moves: Record<string, Move> = {
  ArrowDown: (rows, from) => step(rows, from, 1),
  ArrowUp: (rows, from) => step(rows, from, -1),
  PageDown: (rows, from, pageRows) => step(rows, Math.min(from + pageRows, rows.length) - 1, 1),
  PageUp: (rows, from, pageRows) => step(rows, Math.max(from - pageRows, -1) + 1, -1),
};

/** The next row that is an event; the one to begin with where there is none. */
function step(rows: readonly DisplayRow[], from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < rows.length; at += by) if (rows[at]?.kind === 'event') return at;
  return from;
}
