// What went wrong, in words: why an access was refused, why a refresh failed, or that something else failed.

import { type AuditEvent, denialRuleSentences, refreshErrorSentences } from '@keytrail/shared/event';
import type { EventRow } from './fold-rows.ts';
import { strings } from './strings.ts';
import { toFullTime } from './time.ts';

/** Of a refusal, with the time from which it is allowed again; null where nothing went wrong. */
export function toTroubleWords(event: AuditEvent): string | null {
  if (event.errorClass !== undefined) return refreshErrorSentences[event.errorClass];
  if (event.rule === undefined) return event.outcome === 'failed' ? strings.eventList.failed(event.note) : null;
  const sentence = denialRuleSentences[event.rule];
  if (event.retryAt === undefined) return sentence;
  return `${sentence}, ${strings.eventList.retryAt(toFullTime(event.retryAt))}`;
}

/** The same of a row: one row for several events says only that they failed, unless all of them failed alike. */
export function toRowTrouble({ event, fold, place }: EventRow): string | null {
  const isShared = place !== 'folded' || fold.every(({ note }) => note === event.note);
  return toTroubleWords(isShared ? event : { ...event, note: undefined });
}
