// A log with weeks behind it: events of any age for tests of retention, and what the database holds of them.

import { randomBytes } from 'node:crypto';
import { connect, type DatabaseTarget } from '@keytrail/server/base/db';
import { canonicalize } from '@keytrail/shared/canonical';
import { mintUuid } from '@keytrail/shared/ids';
import { openSeeder } from './seed-log.ts';

const dayMs = 86_400_000;

/** Gives each account one event a day for `days` days up to yesterday, oldest first. The accounts' logs are new. */
export async function ageLogs(database: DatabaseTarget, accountIds: readonly string[], days: number): Promise<void> {
  const seeder = await openSeeder(database, Math.ceil(days / 7) + 2);
  const now = Date.now();
  for (let age = days; age >= 1; age--) {
    const at = now - age * dayMs;
    await seeder.add(
      accountIds.map((accountId) => ({
        accountId,
        body: canonicalize(makeBody(age, at)),
        recordedAt: new Date(at).toISOString().replace('Z', '000Z'),
      })),
    );
  }
  await seeder.close();
}

function makeBody(age: number, at: number) {
  return {
    id: mintUuid(at, (length) => new Uint8Array(randomBytes(length))),
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    occurredAt: new Date(at).toISOString(),
    type: 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: 'ok',
    title: 'deploy-bot',
    service: age % 2 === 0 ? 'github' : 'stripe',
    ...(age % 5 === 0 ? { reason: `deploys number ${age}` } : {}),
  };
}

/** The leaves of the log, oldest first. */
export async function listLeaves(database: DatabaseTarget): Promise<string[]> {
  const sql = connect(database, { max: 1 });
  const rows = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1`;
  await sql.end();
  return rows.map(({ name }) => name);
}

/** What a node records that prunes: its canonical body. */
export function toPruneBody(what: { count: string; first_seq: string; last_seq: string }): string {
  return canonicalize({
    id: crypto.randomUUID(),
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    occurredAt: new Date().toISOString(),
    type: 'vault_change',
    action: 'prune',
    source: 'system',
    outcome: 'ok',
    title: 'Aged events removed',
    count: Number(what.count),
    firstSeq: Number(what.first_seq),
    lastSeq: Number(what.last_seq),
  });
}
