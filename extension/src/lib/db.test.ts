import 'fake-indexeddb/auto';
import { type AuditEvent, eventSources, eventTypes } from '@keytrail/shared/event';
import { beforeAll, expect, test } from 'vitest';
import { cachedFilterOptions, db } from './db.ts';
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
