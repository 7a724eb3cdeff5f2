// Events for tests: plain ones, told apart by their sequence number.

import type { AuditEvent } from '@keytrail/shared/event';

const startMs = Date.parse('2026-03-01T00:00:00.000Z');

/** The id of the nth event of a log; logs are told apart by a digit. */
export function toEventId(seq: number, log = 0): string {
  return `01980000-0000-7000-8000-${log}${String(seq).padStart(11, '0')}`;
}

/** The nth event of a log: one every second, with microseconds that only text order can tell apart. */
export function makeEvent(seq: number, members: Partial<AuditEvent> = {}, log = 0): AuditEvent {
  const at = new Date(startMs + seq * 1000).toISOString();
  return {
    id: toEventId(seq, log),
    seq,
    occurredAt: at,
    recordedAt: at.replace('Z', '007Z'),
    type: 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: 'ok',
    title: `Event ${seq}`,
    ...members,
  };
}
