import { expect, test } from 'vitest';
import type { AuditEvent } from './event.ts';
import { matches } from './event-match.ts';
import { eventBody } from './event-schema.ts';

const event: AuditEvent = {
  id: '019aa000-0000-7000-8000-000000000001',
  occurredAt: '2026-01-02T03:04:05.678Z',
  recordedAt: '2026-01-02T03:04:05.700001Z',
  seq: 3,
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'bot',
  service: 'github',
};

test.each([
  [{}, true],
  [{ types: [] }, true],
  [{ types: ['agent_access', 'policy_denied'] }, true],
  [{ types: ['policy_denied'] }, false],
  [{ sources: ['agent'], services: ['github'] }, true],
  [{ sources: ['direct'], services: ['github'] }, false],
  [{ agentIds: ['019aa000-0000-7000-8000-000000000002'] }, false],
  [{ from: '2026-01-02T03:04:05.700Z' }, true],
  [{ to: '2026-01-02T03:04:05.000Z' }, false],
  [{ to: '2026-01-02T03:04:06Z' }, true],
] as const)('%j passes: %s', (filter, expected) => {
  expect(matches(event, structuredClone(filter) as Parameters<typeof matches>[1])).toBe(expected);
});

test('the body of an event has no place for what it does not name', () => {
  const { seq: _seq, recordedAt: _recordedAt, ...facts } = event;
  const body = { ...facts, salt: 'AAAAAAAAAAAAAAAAAAAAAA' };
  expect(eventBody.safeParse(body).success).toBe(true);
  for (const extra of [{ value: 'x' }, { title: '' }, { title: 'a\nb' }, { deviceSeq: 0.5 }, { rule: 'invented' }]) {
    expect(eventBody.safeParse({ ...body, ...extra }).success, JSON.stringify(extra)).toBe(false);
  }
});
