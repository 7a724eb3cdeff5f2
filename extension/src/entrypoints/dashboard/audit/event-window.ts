// The part of the log that a list holds: a run of events that moves with the reader, so that memory stays bounded
// however far that goes. Invariant: between two neighbours of `events` lies no event that passes the filter.

import type { AuditEvent } from '@keytrail/shared/event';
import { toFailure } from '../../../lib/api.ts';
import type { Failure } from '../../../lib/failure.ts';
import type { CachedRun } from './cached-run.ts';
import { type EventPage, isWhole, joinNewest, type Part, putBelow, putOnTop } from './window-parts.ts';

export const pageSize = 100;
const heldMax = 1000;
/** Before every event there is: a page that is newer than this is the oldest page. */
const beginning = '1970-01-01T00:00:00.000000Z';

/** Where events come from, for one filter. */
export interface EventSources {
  readonly cached: (page: { beforeSeq?: number; limit: number }) => Promise<readonly AuditEvent[]>;
  readonly cachedRun: () => Promise<CachedRun | null>;
  readonly list: (page: { before?: string; after?: string; limit: number }) => Promise<EventPage>;
}

export interface WindowState {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  /** What was let go of above `events`, the newest first. */
  readonly above: readonly Part[];
  /** The newest event that there is leads the run, and new ones are put on top of it. */
  readonly atHead: boolean;
  /** There is nothing older, as far as could be asked. */
  readonly atEnd: boolean;
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
    set({ events, answeredBy: 'server', atHead: true, atEnd: page.before === null, failure: undefined });
  }

  /** The server may answer now what it did not answer before. */
  function askAgain(): void {
    set({ atEnd: false, failure: undefined });
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
      const page = await readOlder(last);
      // The run may have been replaced while the page was on its way.
      if (state.events.at(-1)?.seq !== last?.seq) return {};
      return { ...page, events: putBelow(state.events, page.events) };
    });
  }

  async function readOlder(last: AuditEvent | undefined) {
    const run = await sources.cachedRun();
    const below = last === undefined ? {} : { beforeSeq: last.seq };
    const isKept = run !== null && last !== undefined && last.seq <= run.to && last.seq > run.from;
    const kept = isKept
      ? (await sources.cached({ ...below, limit: pageSize })).filter(({ seq }) => seq >= run.from)
      : [];
    const cachedFrom = run?.from;
    if (kept.length === pageSize) return { events: kept, cachedFrom, atEnd: false };
    // The log begins at number 0: nothing can be older than a copy that holds that.
    if (isKept && run.from === 0) return { events: kept, cachedFrom, atEnd: true };
    const from = kept.at(-1) ?? last;
    try {
      const page = await sources.list({ ...(from === undefined ? {} : { before: from.recordedAt }), limit: pageSize });
      return { events: [...kept, ...page.events], cachedFrom, atEnd: page.before === null };
    } catch (error) {
      if (toFailure(error).kind !== 'offline') throw error;
      // Without the server the copy is all there is, holes and all.
      const events = isKept ? kept : await sources.cached({ ...below, limit: pageSize });
      return { events, cachedFrom, atEnd: events.length < pageSize };
    }
  }

  function loadNewer(): Promise<void> {
    return work('newer', async () => {
      const part = state.above.at(-1);
      if (part === undefined) return await readTowardsHead();
      const events = [...(await readPart(part, state.events[0]?.recordedAt)), ...state.events];
      return toHeadIfThere({ events, above: state.above.slice(0, -1) });
    });
  }

  /** The events of a part again, from the cache where that has them all. */
  async function readPart(part: Part, olderAt: string | undefined): Promise<readonly AuditEvent[]> {
    const run = await sources.cachedRun();
    if (run !== null && part.lastSeq >= run.from && part.firstSeq < run.to) {
      const events = await sources.cached({ beforeSeq: part.firstSeq + 1, limit: part.count });
      if (isWhole(part, events)) return events;
    }
    let events: readonly AuditEvent[] = [];
    while (events[0] === undefined || events[0].seq < part.firstSeq) {
      const after = events[0]?.recordedAt ?? olderAt ?? beginning;
      const page = await sources.list({ after, limit: Math.min(200, part.count - events.length) });
      if (page.events.length === 0) break;
      events = [...page.events, ...events];
    }
    return events;
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
      const page = await readNewest();
      missed = false;
      const events = putOnTop(page.events, held);
      held = [];
      return { ...page, events, above: [], atHead: true };
    });
  }

  async function readNewest() {
    try {
      const { events, before } = await sources.list({ limit: pageSize });
      return { events, atEnd: before === null, answeredBy: 'server' } as const;
    } catch (error) {
      if (toFailure(error).kind !== 'offline') throw error;
      return { events: await sources.cached({ limit: pageSize }), atEnd: false, answeredBy: 'cache' } as const;
    }
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
      const events = await readPart(part, state.above[index + 1]?.firstAt ?? state.events[0]?.recordedAt);
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
