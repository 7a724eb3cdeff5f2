// The part of the log that a list holds: a run of events that moves with the reader, so that memory stays bounded
// however far that goes. Invariant: between two neighbours of `events` lies no event that passes the filter.

import type { AuditEvent } from '@keytrail/shared/event';
import { toFailure } from '../../../lib/api.ts';
import type { Failure } from '../../../lib/failure.ts';
import type { CachedRun } from './cached-run.ts';
import { beginning, type EventSources, pageSize, readNewest, readOlder, readPart } from './event-reads.ts';
import { type EventPage, joinNewest, type Part, putBelow, putOnTop } from './window-parts.ts';

const heldMax = 1000;

export interface WindowState {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  /** What was let go of above `events`, the newest first. */
  readonly above: readonly Part[];
  /** The newest event that there is leads the run, and new ones are put on top of it. */
  readonly atHead: boolean;
  /** There is nothing older, as far as could be asked. */
  readonly atEnd: boolean;
  /** What is at the end is the end of this browser's copy: the server did not say what lies below. */
  readonly copyOnly: boolean;
  /** From which sequence number on this browser keeps every event. */
  readonly cachedFrom: number | undefined;
  readonly busy: 'older' | 'newer' | 'jump' | undefined;
  /** Why the last page could not be had. */
  readonly failure: Failure | undefined;
  readonly answeredBy: 'nobody' | 'cache' | 'server';
}

const empty: WindowState = {
  events: [],
  above: [],
  atHead: true,
  atEnd: false,
  copyOnly: false,
  cachedFrom: undefined,
  busy: undefined,
  failure: undefined,
  answeredBy: 'nobody',
};

export type EventWindow = ReturnType<typeof createEventWindow>;

/** An empty window; nothing is asked for before one of its functions is called. */
export function createEventWindow(sources: EventSources) {
  let state = empty;
  /** Live events that wait for the reader to come back to the head, newest first. */
  let held: readonly AuditEvent[] = [];
  /** Events passed by while nobody held them: the server must be asked for what lies above. */
  let missed = false;
  const listeners = new Set<() => void>();

  function set(change: Partial<WindowState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  /** One at a time: a second wish while one is under way is dropped, the list will wish again. */
  async function work(busy: WindowState['busy'], page: () => Promise<Partial<WindowState>>): Promise<void> {
    if (state.busy !== undefined) return;
    set({ busy });
    try {
      const change = await page();
      set({ ...change, busy: undefined, failure: undefined });
    } catch (error) {
      set({ busy: undefined, failure: toFailure(error) });
    }
  }

  /** What the cache has at once; the server's answer replaces it where it knows better. */
  async function openFromCache(): Promise<void> {
    const events = await sources.cached({ limit: pageSize });
    if (state.answeredBy === 'nobody') set({ events, answeredBy: 'cache', atEnd: false });
  }

  /** @param run what the cache held without a gap before `openFromCache` read it. */
  function joinServer(page: EventPage, run: CachedRun | null): void {
    if (state.above.length > 0) {
      // A reader who has gone down in the cached events is not torn away; the head is asked for on the way back.
      missed = true;
      askAgain();
      return;
    }
    const events = putOnTop(joinNewest(state.events, page, run), held);
    held = [];
    set({
      events,
      answeredBy: 'server',
      atHead: true,
      atEnd: page.before === null,
      copyOnly: false,
      failure: undefined,
    });
  }

  /** The server may answer now what it did not answer before. */
  function askAgain(): void {
    set({ atEnd: false, copyOnly: false, failure: undefined });
  }

  /** @param batch live events that pass the filter, newest first; `whole` when none before them was lost. */
  function admit(batch: readonly AuditEvent[], whole: boolean): void {
    if (!whole) {
      missed = true;
      set({ atHead: false });
    }
    if (state.atHead && state.answeredBy === 'server') {
      set({ events: putOnTop(state.events, batch) });
      return;
    }
    held = putOnTop(held, batch);
    if (held.length <= heldMax) return;
    held = [];
    missed = true;
  }

  function loadOlder(): Promise<void> {
    return work('older', async () => {
      const last = state.events.at(-1);
      const page = await readOlder(sources, last);
      // The run may have been replaced while the page was on its way.
      if (state.events.at(-1)?.seq !== last?.seq) return {};
      return { ...page, events: putBelow(state.events, page.events) };
    });
  }

  function loadNewer(): Promise<void> {
    return work('newer', async () => {
      const part = state.above.at(-1);
      if (part === undefined) return await readTowardsHead();
      const events = [...(await readPart(sources, part, state.events[0]?.recordedAt)), ...state.events];
      return toHeadIfThere({ events, above: state.above.slice(0, -1) });
    });
  }

  async function readTowardsHead(): Promise<Partial<WindowState>> {
    const page = await sources.list({ after: state.events[0]?.recordedAt ?? beginning, limit: pageSize });
    if (page.after === null) missed = false;
    return toHeadIfThere({ events: putOnTop(state.events, page.events), above: [] });
  }

  function toHeadIfThere(change: { events: readonly AuditEvent[]; above: readonly Part[] }): Partial<WindowState> {
    if (change.above.length > 0 || missed) return change;
    const events = putOnTop(change.events, held);
    held = [];
    return { ...change, events, atHead: true, answeredBy: 'server' };
  }

  /** The newest page, whatever was there before. */
  function goToHead(): Promise<void> {
    return work('jump', async () => {
      const page = await readNewest(sources);
      missed = false;
      const events = putOnTop(page.events, held);
      held = [];
      return { ...page, events, above: [], atHead: true };
    });
  }

  /** The oldest page of the log. */
  function goToEnd(): Promise<void> {
    return work('jump', async () => {
      const page = await sources.list({ after: beginning, limit: pageSize });
      missed = true;
      return { events: page.events, above: [], atHead: false, atEnd: true };
    });
  }

  /** To a part that was let go of, for a reader who drags the scrollbar into it. */
  function goToPart(index: number): Promise<void> {
    return work('jump', async () => {
      const part = state.above[index];
      if (part === undefined) return {};
      const events = await readPart(sources, part, state.above[index + 1]?.firstAt ?? state.events[0]?.recordedAt);
      return toHeadIfThere({ events, above: state.above.slice(0, index) });
    });
  }

  /** Lets go of the newest `count` events, which took this much room. */
  function dropNewest(count: number, room: Pick<Part, 'heightPx' | 'rows'>): void {
    const [first] = state.events;
    const last = state.events[count - 1];
    if (first === undefined || last === undefined || state.busy !== undefined) return;
    const part = { firstSeq: first.seq, firstAt: first.recordedAt, lastSeq: last.seq, count, ...room };
    set({ events: state.events.slice(count), above: [...state.above, part], atHead: false });
  }

  /** Lets go of all but the newest `count` events. */
  function dropOldest(count: number): void {
    if (state.busy === undefined) set({ events: state.events.slice(0, count), atEnd: false });
  }

  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    getState: () => state,
    openFromCache,
    joinServer,
    askAgain,
    admit,
    loadOlder,
    loadNewer,
    goToHead,
    goToEnd,
    goToPart,
    dropNewest,
    dropOldest,
  };
}
