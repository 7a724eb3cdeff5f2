// How long a policy takes to be replayed over 90 days of a log of 100,000 events, nearly all of which it is about. Beside the time,
// how long the event loop was held at most, since the server goes on serving meanwhile.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { replayPolicy } from '@keytrail/server/agents/policy-replay';
import { openDatabase } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import type { PolicyTarget, Rule } from '@keytrail/shared/policy';
import { openSeeder, type SeedEvent } from '../kit/seed-log.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { makeLog, toAccountId } from './log-model.ts';

const count = Number(process.argv[2] ?? 100_000);
const rounds = 5;
const accountId = toAccountId(0);
/** The log's model has a thousand accounts; here all of it is one, whose uses are spread over so many credentials. */
const credentials = 150;
const toCredentialId = (n: number) => `019aa003-0000-7000-8000-${String(n).padStart(12, '0')}`;

const hours: Rule = {
  type: 'time_window',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  start: '09:00',
  end: '17:00',
  timeZone: 'Europe/London',
};
const limit: Rule = { type: 'rate_limit', uses: 5, per: 'hour', counts: 'credential' };
const policies: Record<string, Rule[]> = {
  hours: [hours],
  limits: [limit, { type: 'rate_limit', uses: 50, per: 'day', counts: 'agent' }, { type: 'max_uses', uses: 100 }],
  five: [
    hours,
    limit,
    { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '2001:db8::/32'] },
    { type: 'client', kinds: ['nodejs', 'cli', 'mcp_python'] },
    { type: 'max_uses', uses: 100 },
  ],
};

const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
try {
  await migrateDatabase(postgres.connection);
  await seed();
  const db = openDatabase(postgres.connection);
  const targets: PolicyTarget[] = Array.from({ length: credentials }, (_, n) => ({
    kind: 'credential',
    id: toCredentialId(n),
  }));
  const figures: Record<string, number> = {};
  for (const [name, rules] of Object.entries(policies)) {
    const times: number[] = [];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    for (let round = 0; round < rounds; round++) {
      delay.enable();
      const beforeMs = performance.now();
      const { judged, blocked } = await replayPolicy(
        { db, nowMs: Date.now },
        { accountId },
        { rules, targets, days: 90 },
      );
      times.push(performance.now() - beforeMs);
      delay.disable();
      console.log(`${name}: ${blocked} of ${judged} blocked in ${Math.round(times.at(-1) ?? 0)} ms`);
    }
    figures[`ms_${name}`] = Math.round(median(times));
    figures[`held_ms_${name}`] = Math.round(delay.max / 1e6);
  }
  await db.close();
  console.log(JSON.stringify({ bench: 'replay', figures }));
} finally {
  await postgres.stop();
  await folder.remove();
}

async function seed(): Promise<void> {
  const seeder = await openSeeder(postgres.connection, 14);
  let batch: SeedEvent[] = [];
  let place = 0;
  for (const { body, recordedAt } of makeLog(count, Date.now())) {
    const credentialId = toCredentialId(place++ % credentials);
    batch.push({
      accountId,
      recordedAt,
      body: body.replace(/"credentialId":"[^"]+"/, `"credentialId":"${credentialId}"`),
    });
    if (batch.length < 5000) continue;
    await seeder.add(batch);
    batch = [];
  }
  await seeder.add(batch);
  await seeder.close();
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
