// Fills logs with events of any age, fast: rows as `append_batch` would have written them, their recorded-ats given.

import { connect, type DatabaseTarget } from '@keytrail/server/base/db';
import type { Sql } from 'postgres';

export interface SeedEvent {
  readonly accountId: string;
  /** The canonical body. */
  readonly body: string;
  /** RFC 3339 in UTC with microseconds; increasing within an account. */
  readonly recordedAt: string;
}

/** Opens a seeder that works as the owner of the tables. Partitions for the last `weeksBack` weeks are made first. */
export async function openSeeder(
  database: DatabaseTarget,
  weeksBack: number,
): Promise<{
  /** Inserts behind what each account's log holds. */
  add(events: readonly SeedEvent[]): Promise<void>;
  /** Rolls up all of the accounts. */
  rollUp(accountIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}> {
  const sql = connect(database, { max: 1 });
  await sql`select ensure_event_partitions(1, ${weeksBack})`;
  return {
    add: (events) => insert(sql, events),
    rollUp: async (accountIds) => {
      for (const accountId of accountIds) {
        let taken = 1;
        while (taken > 0) {
          const [row] = await sql<{ taken: number }[]>`select roll_up_events(${accountId}, 50000) as taken`;
          taken = row?.taken ?? 0;
        }
      }
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

async function insert(sql: Sql, events: readonly SeedEvent[]): Promise<void> {
  const columns = [
    events.map(({ accountId }) => accountId),
    events.map(({ body }) => body),
    events.map(({ recordedAt }) => recordedAt),
  ];
  await sql`
    with given as (
      select a as account_id, b as body, r::timestamptz as recorded_at, r as rec, n
      from unnest(${columns[0] ?? []}::uuid[], ${columns[1] ?? []}::text[], ${columns[2] ?? []}::text[]) with ordinality g (a, b, r, n)
    ), moved as (
      insert into heads (account_id, log_id, next_seq, last_recorded_at)
      select account_id, uuid_send(gen_random_uuid()), count(*), max(recorded_at) from given group by account_id
      on conflict (account_id) do update
        set next_seq = heads.next_seq + excluded.next_seq, last_recorded_at = excluded.last_recorded_at
      returning account_id, next_seq
    ), numbered as (
      select g.*, m.next_seq - count(*) over (partition by account_id)
        + row_number() over (partition by account_id order by n) - 1 as seq
      from given g join moved m using (account_id)
    )
    insert into events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id, facet, type,
      source, outcome, client, service, client_ip, leaf_hash, line)
    select n.account_id, n.recorded_at, n.seq, f.id, f."agentId", f."credentialId", f."proxyId", f."correlationId",
      event_facet(b.ev), f.type, f.source, f.outcome, f.client, f.service, f."clientIp",
      sha256('\\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
    from numbered n
    cross join lateral (select '{"ev":' || n.body || ',"rec":"' || n.rec || '","seq":' || n.seq
      || ',"sig":null,"v":1}' as line) w
    cross join lateral (select n.body::jsonb as ev offset 0) b
    cross join lateral jsonb_to_record(b.ev) as f (
      id uuid, type text, source text, outcome text, service text, client text,
      "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet)`;
}
