// From events to alerts: pure, so that what is said depends on the log and on nothing else.

import type { AuditEvent } from '@keytrail/shared/event';
import { noteDenial } from './alert-bursts.ts';
import type { AlertDraft } from './alert-draft.ts';
import { noteRefresh } from './alert-refreshes.ts';
import type { AlertState } from './alert-state.ts';
import { findUseNews, listMarks } from './alert-uses.ts';

export interface News {
  /** In the order of the events. */
  readonly alerts: AlertDraft[];
  /** What is known now and was not before. */
  readonly marks: string[];
  readonly state: AlertState;
}

/**
 * Reads events in the order of the log.
 * @param known of the events' marks, those that were there before.
 * @param sinceMs what was recorded before then is remembered, but no news any more.
 */
export function findNews(
  events: readonly AuditEvent[],
  known: ReadonlySet<string>,
  before: AlertState,
  sinceMs: number,
): News {
  const seen = new Set(known);
  const marks: string[] = [];
  const alerts: AlertDraft[] = [];
  let { bursts, failing } = before;
  for (const event of events) {
    const denial = noteDenial(bursts, event);
    const refresh = noteRefresh(failing, event);
    bursts = denial.bursts;
    failing = refresh.failing;
    if (Date.parse(event.recordedAt) >= sinceMs) {
      alerts.push(...findUseNews(event, seen), ...denial.alerts, ...refresh.alerts);
    }
    const fresh = listMarks(event).filter((mark) => !seen.has(mark));
    for (const mark of fresh) seen.add(mark);
    marks.push(...fresh);
  }
  return { alerts, marks, state: { bursts, failing } };
}
