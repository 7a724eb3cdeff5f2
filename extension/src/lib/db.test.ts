import 'fake-indexeddb/auto';
import { type AuditEvent, type EventFilter, eventSources, eventTypes } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { beforeAll, describe, expect, test } from 'vitest';
import { cachedFilterOptions, db, queryCachedEvents } from './db.ts';
import { makeEvent } from './event.fixture.ts';

const agents = ['a', 'b', 'c'].map((letter) => `01980000-0000-7000-9000-00000000000${letter}`);
const services = ['github', 'stripe', 'aws-prod'];

/** 6,000 events in a fixed disorder; one of a kind lies far back. */
const events: AuditEvent[] = Array.from({ length: 6_000 }, (_, seq) => {
  const spread = (seq * 7919) % 1009;
  const agentId = agents[spread % 4];
  const service = services[spread % 5];
  return makeEvent(seq, {
    type: eventTypes[spread % 5] ?? 'vault_change',
    source: eventSources[spread % 3] ?? 'direct',
    ...(agentId === undefined ? {} : { agentId, agentName: `Agent ${agentId.slice(-1)}` }),
    ...(service === undefined ? {} : { service }),
    ...(seq === 17 ? { service: 'rare' } : {}),
  });
});

beforeAll(async () => {
  await db.events.bulkPut(events);
});

const filters: [string, EventFilter][] = [
  ['no filter', {}],
  ['a type', { types: ['policy_denied'] }],
  ['two types', { types: ['policy_denied', 'token_refresh'] }],
  ['the same type twice', { types: ['policy_denied', 'policy_denied'] }],
  ['a source', { sources: ['mcp_proxy'] }],
  ['a service', { services: ['github'] }],
  ['a service with one old event', { services: ['rare'] }],
  ['a service nobody used', { services: ['nobody'] }],
  ['three services', { services: ['github', 'stripe', 'rare'] }],
  ['an agent', { agentIds: agents.slice(0, 1) }],
  ['two agents', { agentIds: agents.slice(1) }],
  [
    'all four',
    { types: ['agent_access', 'policy_denied'], sources: ['agent'], services: ['github'], agentIds: agents },
  ],
  ['empty members', { types: [], sources: [], services: [], agentIds: [] }],
  ['from a time on', { from: '2026-03-01T01:30:00Z' }],
  ['up to a time', { to: '2026-03-01T00:10:00.000Z' }],
  ['between times', { from: '2026-03-01T00:10:00Z', to: '2026-03-01T00:20:00Z', types: ['agent_access'] }],
  ['a time after everything', { from: '2027-01-01T00:00:00Z' }],
  ['a time before everything', { to: '2020-01-01T00:00:00Z' }],
  ['times the wrong way round', { from: '2026-03-01T00:20:00Z', to: '2026-03-01T00:10:00Z' }],
];

describe('queryCachedEvents', () => {
  test.each(filters)('%s: finds what the shared filter admits, newest first', async (_name, filter) => {
    const expected = events.filter((event) => matches(event, filter)).reverse();
    expect(await queryCachedEvents(filter, { limit: 10_000 })).toEqual(expected);
  });

  test.each(filters)('%s: pages join without a gap or a repeat', async (_name, filter) => {
    const expected = events.filter((event) => matches(event, filter)).reverse();
    const found: AuditEvent[] = [];
    for (let page = await queryCachedEvents(filter, { limit: 700 }); page.length > 0; ) {
      found.push(...page);
      page = await queryCachedEvents(filter, { limit: 700, beforeSeq: page.at(-1)?.seq ?? 0 });
    }
    expect(found).toEqual(expected);
  });

  test('a bound between two microseconds divides them', async () => {
    const [third] = await queryCachedEvents({ to: '2026-03-01T00:00:03.001Z' }, { limit: 1 });
    expect(third?.seq).toBe(3);
    const [second] = await queryCachedEvents({ to: '2026-03-01T00:00:03Z' }, { limit: 1 });
    expect(second?.seq).toBe(2);
  });
});

test('filter options are the distinct services and agents, agents by name', async () => {
  expect(await cachedFilterOptions()).toEqual({
    services: ['aws-prod', 'github', 'rare', 'stripe'],
    agents: agents.map((id) => ({ id, name: `Agent ${id.slice(-1)}` })),
  });
});

test('an agent shows under its latest name', async () => {
  await db.events.put(makeEvent(9_000, { agentId: agents[0] ?? '', agentName: 'Zoe' }));
  const options = await cachedFilterOptions();
  expect(options.agents.at(-1)).toEqual({ id: agents[0], name: 'Zoe' });
  await db.events.delete(9_000);
});
