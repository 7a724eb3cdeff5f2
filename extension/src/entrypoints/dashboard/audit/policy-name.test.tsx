import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { trpc } from '../../../lib/query.ts';
import { drawField } from './event-fields.tsx';
import type { FieldName } from './event-sections.ts';

const known = crypto.randomUUID();
const removed = crypto.randomUUID();
const at = '2026-03-01T00:00:00.000Z';
const policy = {
  id: known,
  name: 'Working hours',
  description: '',
  mode: 'enabled',
  version: 1,
  broken: false,
  createdAt: at,
  updatedAt: at,
} as const;
const event = makeEvent(1, {
  policyIds: [known, removed],
  decidingPolicyId: known,
  observedPolicyIds: [known, removed],
  observedRules: ['time_window', 'rate_limit'],
});

/** What a field shows in a dashboard that knows one policy. */
function draw(name: FieldName): string {
  const client = new QueryClient();
  client.setQueryData(trpc.policies.list.queryKey(), [{ ...policy, rules: [], usedBy: [] }]);
  return renderToStaticMarkup(<QueryClientProvider client={client}>{drawField(event, name)}</QueryClientProvider>);
}

test('policies are named, and those that were removed keep their ids', () => {
  for (const name of ['policyIds', 'observedPolicyIds'] as const) {
    expect(draw(name)).toContain('>Working hours<');
    expect(draw(name)).toContain(`>${removed}<`);
    expect(draw(name)).not.toContain(`>${known}<`);
  }
  expect(draw('decidingPolicyId')).toContain('>Working hours<');
});

test('a policy that observed stands with its own rule', () => {
  expect(draw('observedPolicyIds')).toMatch(/Working hours.*time_window.*rate_limit/);
});
