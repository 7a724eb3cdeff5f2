// Reading the log: filters, paging, runs for caches, and the stream over two nodes.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../kit/client.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent, createGrantedAgent, createToken } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
let agentId: string;
let all: AuditEvent[];
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
  const { client, agent, credential } = await createGrantedAgent(owner, server.url);
  const other = await createAgent(owner, server.url, 'other-bot');
  await createToken(owner, 'openai', 'main');
  agentId = agent.id;
  for (let turn = 0; turn < 5; turn++) {
    await client.agent.credential.mutate({ service: 'github' });
    await other.client.agent.credential.mutate({ service: 'openai' }).catch(() => {});
    await owner.client.credentials.use.mutate({ id: credential.id, action: 'reveal' });
  }
  all = (await owner.client.audit.since.query({ from: 0 })).events;
});
afterAll(() => server.stop());

test('every combination of the four filters gives what the shared meaning of a filter gives', async () => {
  const choices: EventFilter[][] = [
    [{}, { types: ['agent_access'] }, { types: ['policy_denied', 'secret_access'] }, { types: ['token_refresh'] }],
    [{}, { sources: ['agent'] }, { sources: ['direct', 'system'] }],
    [{}, { services: ['github'] }, { services: ['openai', 'nothing'] }],
    [{}, { agentIds: [agentId] }],
  ];
  let combined: EventFilter[] = [{}];
  for (const options of choices) combined = combined.flatMap((a) => options.map((b) => ({ ...a, ...b })));
  for (const filter of combined) {
    const { events } = await owner.client.audit.list.query({ filter, limit: 200 });
    const expected = all.filter((event) => matches(event, filter)).reverse();
    expect(
      events.map((event) => event.seq),
      JSON.stringify(filter),
    ).toEqual(expected.map((event) => event.seq));
  }
});

test('a date range includes its start and excludes its end', async () => {
  const [from, to] = [all[4]?.recordedAt ?? '', all[9]?.recordedAt ?? ''];
  const { events } = await owner.client.audit.list.query({ filter: { from, to }, limit: 200 });
  expect(events.map((event) => event.seq)).toEqual([8, 7, 6, 5, 4]);
});

test('pages join without a gap or a repeat, also while events are added', async () => {
  const seqs: number[] = [];
  let before: string | undefined;
  do {
    const page = await owner.client.audit.list.query({ limit: 4, ...(before === undefined ? {} : { before }) });
    seqs.push(...page.events.map((event) => event.seq));
    before = page.before ?? undefined;
    await createToken(owner, 'added', `while-paging-${seqs.length}`);
  } while (before !== undefined);
  expect(seqs).toEqual(all.map((event) => event.seq).reverse());
});

test('a cache gets a run from its cursor, or only the newest', async () => {
  const tail = await owner.client.audit.since.query({ from: all.length - 2 });
  expect(tail.events[0]?.seq).toBe(all.length - 2);
  const newest = await owner.client.audit.since.query({ from: 0, newest: 3 });
  expect(newest.events.map((event) => event.seq)).toEqual([newest.head - 3, newest.head - 2, newest.head - 1]);
  expect(await owner.client.audit.since.query({ from: newest.head })).toEqual({ events: [], head: newest.head });
});

test('a reader on one node gets what another node records, once each and in order, and resumes after a cut', async () => {
  const node = await server.startNode();
  const far = createClient(node.url, owner.session);
  const { head } = await owner.client.audit.since.query({ from: 0 });
  const first = collect(far, head - 1, 20);
  for (let index = 0; index < 20; index++) await createToken(owner, 'live', `first-${index}`);
  expect(await first).toEqual(Array.from({ length: 20 }, (_, index) => head + index));
  // Nobody reads while these are recorded.
  for (let index = 0; index < 5; index++) await createToken(owner, 'live', `between-${index}`);
  const second = collect(far, head + 19, 10);
  for (let index = 0; index < 5; index++) await createToken(owner, 'live', `second-${index}`);
  expect(await second).toEqual(Array.from({ length: 10 }, (_, index) => head + 20 + index));
});

test('a stream ends soon after its session is revoked', async () => {
  const person = await server.createOwner();
  const ended = new Promise<unknown>((resolve) => {
    person.client.audit.live.subscribe({}, { onError: resolve });
  });
  await fetch(`${server.url}/api/auth/sign-out`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person.session}`,
      origin: 'chrome-extension://jgfpjgmjbpeilmcaiknkihnhdccogfnm',
      'content-type': 'application/json',
    },
    body: '{}',
  });
  server.advance(11_000);
  expect(await ended).toMatchObject({ data: { keytrail: { code: 'unauthorized' } } });
});

function collect(client: Owner['client'], lastSeq: number, count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const seqs: number[] = [];
    const stream = client.audit.live.subscribe(
      { lastEventId: String(lastSeq) },
      {
        onData: ({ data }) => {
          seqs.push(data.seq);
          if (seqs.length < count) return;
          stream.unsubscribe();
          resolve(seqs);
        },
        onError: reject,
      },
    );
  });
}
