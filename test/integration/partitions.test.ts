// Weekly partitions are made in UTC weeks whatever the database's own time zone, and again when one is missing.

import { connect } from '@keytrail/server/base/db';
import { expect, test } from 'vitest';
import { startTestServer } from '../kit/server.ts';
import { createToken } from '../kit/vault.ts';

test('weeks join without a gap over summer time, in a zone that has it', async () => {
  const server = await startTestServer();
  const sql = connect(server.databaseUrl, { max: 1, settings: { timezone: 'Europe/Berlin' } });
  // A year ahead crosses both changes.
  await sql`select ensure_event_partitions(60)`;
  await sql`set timezone = 'UTC'`;
  const bounds = await sql<{ bound: string }[]>`
    select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c
    join pg_inherits i on i.inhrelid = c.oid where i.inhparent = 'events'::regclass order by c.relname`;
  const weeks = bounds.map(({ bound }) => [...bound.matchAll(/'([^']+)'/g)].map(([, at]) => Date.parse(at ?? '')));
  expect(weeks.length).toBeGreaterThan(60);
  weeks.forEach(([from = 0, to = 0], index) => {
    expect(to - from).toBe(7 * 24 * 3600 * 1000);
    expect(new Date(from).getUTCDay()).toBe(1);
    if (index > 0) expect(from).toBe(weeks[index - 1]?.[1]);
  });
  await sql.end();
  await server.stop();
});

test('an append that finds its partition missing makes it and goes on', async () => {
  const server = await startTestServer();
  const owner = await server.createOwner();
  const token = await createToken(owner);
  const sql = connect(server.databaseUrl, { max: 1 });
  const leaves = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass`;
  for (const { name } of leaves) await sql.unsafe(`drop table ${name}`);
  await sql.end();
  const { event } = await owner.client.credentials.use.mutate({ id: token.id, action: 'reveal' });
  expect((await owner.client.audit.list.query({ limit: 1 })).events[0]?.id).toBe(event.id);
  await server.stop();
});
