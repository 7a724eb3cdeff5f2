// The export: what it holds, who may have it, what it leaves in the log, and what becomes of it when somebody goes away.

import { request } from 'node:http';
import type { AuditEvent, EventDraft, EventFilter } from '@keytrail/shared/event';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedEvents } from '../kit/seed-events.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
const formula = '=HYPERLINK("https://evil.test","open")';

beforeAll(async () => {
  server = await startTestServer();
  owner = await createOwnerWith(1200);
});
afterAll(() => server.stop());

async function createOwnerWith(count: number, make = toDraft): Promise<Owner> {
  const made = await server.createOwner();
  const { accountId } = await made.client.account.me.query();
  await seedEvents(server.databaseUrl, accountId, count, make);
  return made;
}

function toDraft(n: number): EventDraft {
  const denied = n % 5 === 0;
  return {
    type: denied ? 'policy_denied' : 'agent_access',
    action: 'fetch',
    source: n % 3 === 0 ? 'mcp_proxy' : 'agent',
    outcome: denied ? 'denied' : 'ok',
    title: `bot-${n % 4}`,
    service: n % 2 === 0 ? 'github' : 'Straße, "日本"',
    fields: ['value', 'other'],
    ...(denied ? { rule: 'grant_missing' as const } : {}),
    ...(n % 7 === 0 ? { reason: formula } : {}),
    clientIp: `10.0.0.${n % 9}`,
    client: 'nodejs',
  };
}

function askExport(url: string, bearer: string | undefined, body: unknown, headers: Record<string, string> = {}) {
  const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  return fetch(`${url}/export`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function exportJson(person: Owner, filter: EventFilter): Promise<AuditEvent[]> {
  const answer = await askExport(server.url, person.session, { filter, format: 'jsonl' });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  const events = text
    .split('\n')
    .slice(0, -1)
    .map((row): AuditEvent => JSON.parse(row));
  expect(answer.headers.get('x-keytrail-event-count')).toBe(String(events.length));
  return events;
}

async function listAll(person: Owner, filter: EventFilter): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (let before: string | undefined; ; ) {
    const page = await person.client.audit.list.query({ filter, limit: 200, ...(before && { before }) });
    events.push(...page.events);
    if (page.before === null) return events;
    before = page.before;
  }
}

const filters: [string, EventFilter][] = [
  ['nothing', {}],
  ['a type', { types: ['policy_denied'] }],
  ['a service beyond ASCII and a range of addresses', { services: ['Straße, "日本"'], ips: ['10.0.0.0/30'] }],
  ['text', { text: 'hyperlink' }],
  ['what no event has', { services: ['absent'] }],
];

describe('the file holds what the list shows', () => {
  test.each(filters)('limited by %s', async (_name, filter) => {
    const listed = await listAll(owner, filter);
    expect(await exportJson(owner, filter)).toEqual(listed);
  });

  test('between two instants', async () => {
    const all = await listAll(owner, {});
    const filter = { from: all[300]?.recordedAt, to: all[100]?.recordedAt };
    expect((await exportJson(owner, filter)).map(({ seq }) => seq)).toEqual(all.slice(101, 301).map(({ seq }) => seq));
  });

  test('as CSV: a head and a line each, newest first, and no formula', async () => {
    const filter: EventFilter = { sources: ['mcp_proxy'] };
    const listed = await listAll(owner, filter);
    const answer = await askExport(server.url, owner.session, { filter, format: 'csv' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
    expect(answer.headers.get('content-disposition')).toMatch(/filename="keytrail-audit-\d{4}-\d\d-\d\d\.csv"/);
    // The decoder of fetch drops the mark.
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [head, ...lines] = new TextDecoder().decode(bytes).split('\r\n').slice(0, -1);
    expect(head).toMatch(/^seq,recordedAt,/);
    expect(lines.map((row) => Number(row.split(',')[0]))).toEqual(listed.map(({ seq }) => seq));
    const disarmed = lines.filter((row) => row.includes(`"'=HYPERLINK(""https://evil.test"",""open"")"`));
    expect(disarmed.length).toBe(listed.filter(({ reason }) => reason === formula).length);
    expect(lines.join().includes(',"=')).toBe(false);
  });
});

test('the export is in the log, durable before it, and not in itself; events recorded meanwhile are not in it', async () => {
  const person = await createOwnerWith(3000);
  const { agent } = await createAgent(person, server.url);
  const answer = await askExport(
    server.url,
    person.session,
    { filter: { types: ['agent_access'], agentIds: [agent.id], text: 'x' }, format: 'csv' },
    { 'user-agent': 'curl/8.0' },
  );
  // The headers are here, the body is not read yet.
  const [event] = (await person.client.audit.list.query({ limit: 1 })).events;
  expect(event).toMatchObject({
    type: 'vault_change',
    action: 'export',
    source: 'direct',
    outcome: 'ok',
    title: 'Log exported',
    count: 0,
    client: 'cli',
    clientIp: '127.0.0.1',
    note: `CSV, type: Agent Access; agent: ${agent.id}; text: “x”`,
  });
  await answer.text();

  const whole = await askExport(server.url, person.session, { filter: {}, format: 'jsonl' });
  await createAgent(person, server.url, 'meanwhile');
  const lines = (await whole.text()).split('\n').slice(0, -1);
  const newest = await person.client.audit.list.query({ limit: 2 });
  expect(newest.events.map(({ title }) => title)).toContain('Log exported');
  const exported = newest.events.find(({ action }) => action === 'export');
  expect(exported).toMatchObject({ count: lines.length, note: 'JSON Lines, all events' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ seq: (exported?.seq ?? 0) - 1 });
});

describe('refused', () => {
  test('an agent, whose try leaves no export in the log', async () => {
    const person = await server.createOwner();
    const { key } = await createAgent(person, server.url);
    const answer = await askExport(server.url, key, { format: 'csv' });
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'owner_only' }]);
    expect((await listAll(person, {})).map(({ action }) => action)).not.toContain('export');
  });

  test.each([undefined, 'nonsense'])('nobody in particular: %s', async (bearer) => {
    const answer = await askExport(server.url, bearer, { format: 'csv' });
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  });

  test.each([
    [{}, /^format: /],
    [{ format: 'xml' }, /^format: /],
    [{ format: 'csv', filter: { types: ['invented'] } }, /^filter\.types\.0: /],
    [{ format: 'csv', filter: { ips: ['10.1'] } }, /must be an IP address or a CIDR range/],
    [{ format: 'csv', account: 'other' }, /Unrecognized key/],
    [[], /^input: /],
  ])('%j, saying what is wrong', async (body, sentence) => {
    const answer = await askExport(server.url, owner.session, body);
    const refusal = await answer.json();
    expect([answer.status, refusal.code]).toEqual([400, 'invalid_input']);
    expect(refusal.sentence).toMatch(sentence);
  });

  test('a body that is no JSON, or is too large', async () => {
    const send = (body: string, type: string) =>
      fetch(`${server.url}/export`, {
        method: 'POST',
        headers: { authorization: `Bearer ${owner.session}`, 'content-type': type },
        body,
      });
    expect((await send('{"format"', 'application/json')).status).toBe(400);
    expect((await send('format=csv', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await send(JSON.stringify({ format: 'csv', filler: 'x'.repeat(70_000) }), 'application/json')).status).toBe(
      413,
    );
  });

  test('a page of some site, whose browser is given no leave to send the bearer', async () => {
    const answer = await fetch(`${server.url}/export`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.test', 'access-control-request-method': 'POST' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('the events of another account are never in it, whatever the filter names', async () => {
  const stranger = await server.createOwner();
  const [theirs] = (await owner.client.audit.list.query({ limit: 1 })).events;
  const filter = { services: [theirs?.service ?? 'github'], text: 'bot' };
  expect(await exportJson(stranger, filter)).toEqual([]);
  const own = await exportJson(stranger, {});
  expect(own.map(({ title }) => title)).toEqual(['Log exported', 'Signed in']);
});

describe('broken off', () => {
  // More than the 32 MiB that a socket's buffers may grow to.
  const many = 14_000;
  const toFatDraft = (n: number): EventDraft => ({
    ...toDraft(n),
    reason: 'x'.repeat(500),
    note: 'x'.repeat(500),
    userAgent: 'x'.repeat(400),
    siteOrigin: 'x'.repeat(300),
    frameOrigin: 'x'.repeat(300),
    credentialLabel: 'x'.repeat(200),
    agentName: 'x'.repeat(200),
    proxyName: 'x'.repeat(200),
  });
  let person: Owner;
  beforeAll(async () => {
    person = await createOwnerWith(many, toFatDraft);
  });

  /** Takes the head of the answer and its first bytes, and then reads no more. */
  function startReading(url: string) {
    const asked = request(`${url}/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.session}`, 'content-type': 'application/json' },
    });
    asked.end(JSON.stringify({ format: 'jsonl' }));
    const answered = new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      asked.once('response', (answer) => answer.once('readable', () => resolve(answer)));
      asked.once('error', reject);
    });
    return { asked, answered };
  }

  async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 15_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('waited in vain');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const countEnded = () => server.logged().split('export ended early').length - 1;

  test('a reader that goes away frees the server, and one that only waits holds no transaction', async () => {
    const before = countEnded();
    const { asked, answered } = startReading(server.url);
    await answered;
    const sql = postgres(server.databaseUrl, { max: 1 });
    const countOpen = async () =>
      (
        await sql`select from pg_stat_activity where datname = current_database() and xact_start is not null
        and pid <> pg_backend_pid() and backend_type = 'client backend'`
      ).length;
    await waitFor(async () => (await countOpen()) === 0);
    expect(countEnded()).toBe(before);
    asked.destroy();
    await waitFor(() => countEnded() === before + 1);
    await waitFor(async () => (await countOpen()) === 0);
    await sql.end();
  });

  test('a session that ends under an export ends it, and the reader sees that it is not whole', async () => {
    const { session } = person;
    const { answered } = startReading(server.url);
    const answer = await answered;
    expect(answer.statusCode).toBe(200);
    await fetch(`${server.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
      body: '{}',
    });
    server.advance(11_000);
    const ended = new Promise<string>((resolve) => {
      answer.once('end', () => resolve('ended'));
      answer.once('error', (error) => resolve(error.message));
    });
    answer.resume();
    expect(await ended).toBe('aborted');
    person = await createOwnerWith(many, toFatDraft);
  });

  test('a server that stops breaks the answer off at once', async () => {
    const node = await server.startNode();
    const { answered } = startReading(node.url);
    const answer = await answered;
    const aborted = new Promise((resolve) => answer.once('error', resolve));
    const startedAt = Date.now();
    await node.stop();
    expect(Date.now() - startedAt).toBeLessThan(5000);
    answer.resume();
    expect(await aborted).toMatchObject({ message: 'aborted' });
  });
});
