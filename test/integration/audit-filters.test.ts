// Every way to ask the log: filters, pages both ways, counts, the chart, saved views.

import { append } from '@keytrail/server/audit/append';
import type { EventDraft, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let owner: Owner;

const uuid = (n: number) => `019aa000-0000-7000-8000-${String(n).padStart(12, '0')}`;

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
  const { accountId } = await owner.client.account.me.query();
  for (const draft of makeDrafts(120)) await append(server.app.ctx, accountId, draft);
});
afterAll(() => server.stop());

/** Every member takes several values, and some are absent. */
function makeDrafts(count: number): EventDraft[] {
  return Array.from({ length: count }, (_, n): EventDraft => {
    const denied = n % 5 === 0;
    return {
      type: denied ? 'policy_denied' : n % 3 === 0 ? 'secret_access' : 'agent_access',
      action: 'fetch',
      source: n % 3 === 0 ? 'direct' : n % 7 === 0 ? 'mcp_proxy' : 'agent',
      outcome: denied ? 'denied' : 'ok',
      title: n % 3 === 0 ? 'Direct Access' : `bot-${n % 4}`,
      service: ['github', 'openai', 'Straße', '日本'][n % 4],
      credentialId: uuid(n % 6),
      credentialLabel: `label ${n % 6}`,
      ...(n % 3 === 0
        ? { siteOrigin: 'https://github.example.com' }
        : { agentId: uuid(50 + (n % 4)), agentName: `bot-${n % 4}` }),
      ...(n % 7 === 0 ? { proxyId: uuid(90), proxyName: 'GitHub proxy' } : {}),
      ...(denied ? { rule: 'grant_missing' as const } : {}),
      ...(n % 4 === 1 ? { reason: `Opens ISSUE ${n} 100%_done` } : {}),
      ...(n % 2 === 0 ? { policyIds: [uuid(70), uuid(71 + (n % 3))] } : {}),
      client: n % 3 === 0 ? 'browser' : 'nodejs',
      clientIp: n % 3 === 0 ? '2001:db8::7' : `10.0.${n % 4}.${n % 9}`,
    };
  });
}

const filters: [string, EventFilter][] = [
  ['nothing', {}],
  ['types', { types: ['policy_denied', 'secret_access'] }],
  ['sources', { sources: ['mcp_proxy'] }],
  ['services', { services: ['Straße', 'github'] }],
  ['agents', { agentIds: [uuid(51), uuid(52)] }],
  ['credentials', { credentialIds: [uuid(3)] }],
  ['proxies', { proxyIds: [uuid(90)] }],
  ['policies', { policyIds: [uuid(72)] }],
  ['outcomes', { outcomes: ['denied'] }],
  ['clients', { clients: ['browser'] }],
  ['rules', { rules: ['grant_missing'] }],
  ['an address', { ips: ['2001:DB8::7'] }],
  ['ranges of both families', { ips: ['10.0.1.0/24', '2001:db8::/32'] }],
  ['an IPv4 range mapped into IPv6', { ips: ['::ffff:10.0.1.0/120'] }],
  ['text in a reason', { text: 'issue 1' }],
  ['text with wildcards', { text: '100%_d' }],
  ['text in an origin', { text: 'GITHUB.example' }],
  ['text beyond ASCII', { text: 'STRASSE' }],
  ['text in a service', { text: '本' }],
  ['several at once', { types: ['agent_access'], agentIds: [uuid(51)], clients: ['nodejs'], text: 'bot' }],
  ['nothing at all', { services: ['absent'], text: 'zzz' }],
];

describe('a filter means the same to server and client', () => {
  test.each(filters)('%s', async (_name, filter) => {
    const all = (await owner.client.audit.list.query({ limit: 200 })).events;
    const expected = all.filter((event) => matches(event, filter)).map(({ seq }) => seq);
    const seen: number[] = [];
    for (let before: string | undefined; ; ) {
      const page = await owner.client.audit.list.query({
        filter,
        limit: 7,
        ...(before === undefined ? {} : { before }),
      });
      seen.push(...page.events.map(({ seq }) => seq));
      if (page.before === null) break;
      before = page.before;
    }
    expect(seen).toEqual(expected);
    const facets = await owner.client.audit.facets.query({ filter });
    expect(facets.total).toBe(expected.length);
    const chart = await owner.client.audit.chart.query({ filter, zone: 'Asia/Kolkata', bucket: 'day' });
    expect(chart.bars.flatMap(({ counts }) => Object.values(counts)).reduce((sum, n) => sum + n, 0)).toBe(
      expected.length,
    );
  });
});

test('pages go newer as well as older', async () => {
  const all = (await owner.client.audit.list.query({ limit: 200 })).events;
  const middle = all[60]?.recordedAt ?? '';
  const newer = await owner.client.audit.list.query({ after: middle, limit: 10 });
  expect(newer.events.map(({ seq }) => seq)).toEqual(all.slice(50, 60).map(({ seq }) => seq));
  expect(newer.before).toBe(all[59]?.recordedAt);
  const newest = await owner.client.audit.list.query({ after: all[3]?.recordedAt ?? '', limit: 10 });
  expect(newest.events.map(({ seq }) => seq)).toEqual(all.slice(0, 3).map(({ seq }) => seq));
  expect(newest.after).toBeNull();
});

test('the counts of one filter heed the others and not itself', async () => {
  const filter: EventFilter = { types: ['policy_denied'], services: ['github'] };
  const all = (await owner.client.audit.list.query({ limit: 200 })).events;
  const facets = await owner.client.audit.facets.query({ filter });
  const count = (other: EventFilter, pick: (event: (typeof all)[number]) => string | undefined) => {
    const counts = new Map<string, number>();
    for (const event of all.filter((candidate) => matches(candidate, other))) {
      const value = pick(event);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  };
  const toObject = (values: readonly { value: string; count: number }[]) =>
    Object.fromEntries(values.map(({ value, count: n }) => [value, n]));
  expect(toObject(facets.values.types)).toEqual(count({ services: ['github'] }, ({ type }) => type));
  expect(toObject(facets.values.services)).toEqual(count({ types: ['policy_denied'] }, ({ service }) => service));
  expect(toObject(facets.values.ips)).toEqual(count(filter, ({ clientIp }) => clientIp));
  expect(toObject(facets.values.agentIds)).toEqual(count(filter, ({ agentId }) => agentId));
  expect(facets.values.agentIds[0]?.label).toMatch(/^bot-/);
  expect(facets.values.credentialIds[0]?.label).toMatch(/^label /);
});

test('an event is found by its id, and by no other account', async () => {
  const [event] = (await owner.client.audit.list.query({ limit: 1 })).events;
  expect(await owner.client.audit.get.query({ id: event?.id ?? '' })).toEqual(event);
  const stranger = await server.createOwner();
  expect(await stranger.client.audit.get.query({ id: event?.id ?? '' })).toBeNull();
});

test('views are saved by name, replaced, removed, and are nobody else’s', async () => {
  const { client } = owner;
  await client.views.save.mutate({ name: 'Denied', search: '?types=policy_denied' });
  const replaced = await client.views.save.mutate({ name: 'Denied', search: '?outcomes=denied' });
  expect(await client.views.list.query()).toEqual([replaced]);
  const stranger = await server.createOwner();
  expect(await stranger.client.views.list.query()).toEqual([]);
  await stranger.client.views.remove.mutate({ id: replaced.id });
  expect(await client.views.list.query()).toHaveLength(1);
  await client.views.remove.mutate({ id: replaced.id });
  expect(await client.views.list.query()).toEqual([]);
});
