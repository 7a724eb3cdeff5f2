import { type EventFilter, type FacetName, facetNames } from '@keytrail/shared/event';
import { line } from '@keytrail/shared/text';
import { expect, test } from 'vitest';
import { toExportNote } from './export-note.ts';
import type { FacetValue } from './facets.ts';

const agent = '019aa000-0000-7000-8000-000000000001';
const none = Object.fromEntries(facetNames.map((name) => [name, []])) as unknown as Record<FacetName, FacetValue[]>;
const values = { ...none, agentIds: [{ value: agent, label: 'deploy-bot', count: 1 }] };

test.each([
  [{}, 'all events'],
  [{ types: [], ips: undefined }, 'all events'],
  [
    { types: ['policy_denied', 'agent_access'], agentIds: [agent] },
    'type: Policy Denied or Agent Access; agent: deploy-bot',
  ],
  [{ services: ['agent'], clients: ['mcp_python'] }, 'service: agent; client: MCP/Python'],
  [{ credentialIds: [agent] }, `credential: ${agent}`],
  [
    { text: 'a\nb', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    'text: “ab”; from 2026-01-01T00:00:00Z; to 2026-01-02T00:00:00Z',
  ],
] as const)('%j', (filter, words) => {
  expect(toExportNote('CSV', structuredClone(filter) as EventFilter, values)).toBe(`CSV, ${words}`);
});

test('however long the filter, the words fit into an event', () => {
  const words = toExportNote('CSV', { services: Array.from({ length: 50 }, (_, n) => `${'😀'.repeat(40)}${n}`) }, none);
  expect(words.endsWith('…')).toBe(true);
  expect(line(500).parse(words)).toBe(words);
});
