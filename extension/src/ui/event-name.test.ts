import { expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { toEventName } from './event-name.ts';

test('a failed access sounds different from one that succeeded', () => {
  const copy = { type: 'secret_access', action: 'copy', title: 'Direct Access', service: 'github' } as const;
  expect(toEventName(makeEvent(1, copy))).toBe('Secret Access, Direct Access, github');
  expect(toEventName(makeEvent(1, { ...copy, outcome: 'failed', note: 'It does not open' }))).toBe(
    'Secret Access, Direct Access, github, Failed: It does not open',
  );
});

test('a call through a proxy sounds different from its answer, and names what was called', () => {
  const call = { action: 'inject', title: 'GitHub proxy', tool: 'search_issues' } as const;
  expect(toEventName(makeEvent(1, call))).toBe('Agent Access, GitHub proxy, called search_issues');
  expect(toEventName(makeEvent(1, { ...call, action: 'result', upstreamStatus: 200 }))).toBe(
    'Agent Access, GitHub proxy, search_issues answered 200',
  );
});
