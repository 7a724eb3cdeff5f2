// What a screen reader hears for a row.

import { type AuditEvent, eventTypeLabels } from '@keytrail/shared/event';
import { isCallOrAnswer, toDeedWords } from './deed-words.ts';
import { toSubject } from './event-words.ts';
import { toTroubleWords } from './trouble-words.ts';

/** All that tells one event from another but its time. */
export function toEventName(event: AuditEvent): string {
  const { type, title, service, reason } = event;
  const call = isCallOrAnswer(event) ? toDeedWords(event) : null;
  return [eventTypeLabels[type], title, call, toSubject(event), service, toTroubleWords(event), reason]
    .filter((part) => part !== undefined && part !== null)
    .join(', ');
}
