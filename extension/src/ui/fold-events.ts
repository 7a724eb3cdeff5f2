// Consecutive alike events as one, a call through a proxy with its answer: which neighbours of a log belong together.
// Pure.

import type { AuditEvent } from '@keytrail/shared/event';

/** One event, or a run of alike ones; newest first. */
export type Fold = readonly [newest: AuditEvent, ...older: AuditEvent[]];

/** A longer pause begins a new run. */
const pauseMaxMs = 5 * 60_000;
/** A run ends where the sequence numbers cross a multiple of this, so that a row holds a bounded number of events. */
const runSeqs = 500;

const alikeMembers = [
  'type',
  'source',
  'outcome',
  'title',
  'service',
  'credentialId',
  'agentId',
  'proxyId',
  'tool',
  'policyName',
  'client',
  'clientName',
  'clientIp',
  'rule',
] as const;

/**
 * Folds a list that is newest first; no event is lost or moved. Whether two neighbours belong together depends on
 * nothing but the two, so a part of the log folds as it does within the whole.
 * @param breaks where a fold must end for another reason, such as midnight between the two.
 */
export function foldEvents(
  events: readonly AuditEvent[],
  breaks: (newer: AuditEvent, older: AuditEvent) => boolean = () => false,
): Fold[] {
  const folds: [AuditEvent, ...AuditEvent[]][] = [];
  for (const event of events) {
    const fold = folds.at(-1);
    const newer = fold?.at(-1);
    if (fold !== undefined && newer !== undefined && areAlike(newer, event) && !breaks(newer, event)) fold.push(event);
    else folds.push([event]);
  }
  return folds;
}

/** The oldest event of a fold. */
export function getOldest(fold: Fold): AuditEvent {
  return fold.at(-1) ?? fold[0];
}

/** From the oldest event of a fold to its newest. */
export function toSpanMs(fold: Fold): number {
  return Date.parse(fold[0].recordedAt) - Date.parse(getOldest(fold).recordedAt);
}

/**
 * How many times what a fold shows has happened: some events stand for several refusals or failures, and an answer is
 * none beside its call.
 */
export function countTimes(fold: readonly AuditEvent[]): number {
  const others = fold.filter(({ action }) => action !== 'result');
  // The calls of these answers may be in another row.
  const counted = others.length === 0 ? fold : others;
  return counted.reduce((sum, { type, count }) => sum + (type === 'vault_change' ? 1 : (count ?? 1)), 0);
}

function areAlike(newer: AuditEvent, older: AuditEvent): boolean {
  return (
    alikeMembers.every((name) => newer[name] === older[name]) &&
    toFoldedAction(newer) === toFoldedAction(older) &&
    Math.floor(newer.seq / runSeqs) === Math.floor(older.seq / runSeqs) &&
    Date.parse(newer.recordedAt) - Date.parse(older.recordedAt) <= pauseMaxMs
  );
}

/** An answer through a proxy that came to its end is folded in with its call. */
function toFoldedAction({ action, outcome }: AuditEvent): AuditEvent['action'] {
  return action === 'result' && outcome === 'ok' ? 'inject' : action;
}
