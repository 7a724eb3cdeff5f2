import type { AuditEvent } from '@keytrail/shared/event';
import { expect, test } from 'vitest';
import { mergeEvents } from './merge-events.ts';

const toEvent = (seq: number, service = 'github'): AuditEvent => ({
  id: `0197f3a0-0000-7000-8000-${String(seq).padStart(12, '0')}`,
  seq,
  recordedAt: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
  occurredAt: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'deploy-bot',
  service,
});

test('overlapping sources become one list, newest first, each event once', () => {
  const merged = mergeEvents({}, [toEvent(2), toEvent(1)], [toEvent(3), toEvent(2)], [toEvent(4)]);
  expect(merged.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
});

test('live events that the filter does not admit stay out', () => {
  const merged = mergeEvents({ services: ['github'] }, [toEvent(1)], [toEvent(2, 'stripe')]);
  expect(merged.map(({ seq }) => seq)).toEqual([1]);
});
