// How many durable events a second the product's own append takes, as ratios to plain one-row commits.
// The plain side is pgbench on a copy of the events table: same columns, indexes and partition, same server, but no
// sequence, no hash, no head and no answer to give. Rounds of the two take turns; figures are medians over the pairs.

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAlerts } from '@keytrail/server/agents/alert-reader';
import { append, carryOutAppends } from '@keytrail/server/audit/append';
import { GrowthNews } from '@keytrail/server/audit/growth-news';
import { rollUp } from '@keytrail/server/audit/roll-up';
import { readConfig } from '@keytrail/server/base/config';
import type { Context } from '@keytrail/server/base/context';
import { connect, openDatabase } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { toMasterKeys } from '@keytrail/server/base/envelope';
import { Flights } from '@keytrail/server/base/flights';
import { GroupCommit } from '@keytrail/server/base/group-commit';
import { KeyedQueue } from '@keytrail/server/base/keyed-queue';
import { createLog } from '@keytrail/server/base/log';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { createOutbound } from '@keytrail/server/base/outbound';
import { createRandomSource } from '@keytrail/server/base/random';
import { RecentKeys } from '@keytrail/server/base/recent-keys';
import { createRecentLoads } from '@keytrail/server/base/recent-loads';
import { SharedLoads } from '@keytrail/server/base/shared-loads';
import { Wakeups } from '@keytrail/server/base/wakeups';
import type { EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import { ensureDebianPostgres } from '../../server/bin/debian-postgres.mjs';
import { makeTempDir } from '../kit/temp-dir.ts';

const rounds = Number(process.argv[2] ?? 5);
const secondsPerRound = 3;
const settings = [
  { name: 'ratio_1_a1000', writers: 1, accounts: 1000 },
  { name: 'ratio_32_a1000', writers: 32, accounts: 1000 },
  { name: 'ratio_128_a1000', writers: 128, accounts: 1000 },
  { name: 'ratio_128_a1', writers: 128, accounts: 1 },
];

const draft = {
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'deploy-bot',
  service: 'github',
  credentialId: '019aa000-0000-7000-8000-000000000001',
  credentialLabel: 'main',
  fields: ['value'],
  agentId: '019aa000-0000-7000-8000-000000000002',
  agentName: 'deploy-bot',
  client: 'nodejs',
  clientIp: '192.0.2.1',
  userAgent: 'node',
} satisfies EventDraft;

const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
try {
  const pgbench = join(await ensureDebianPostgres(), 'pgbench');
  await migrateDatabase(postgres.connection);
  const plain = await preparePlainSide();
  const ctx = createContext();
  const figures: Record<string, number> = {};
  for (const { name, writers, accounts } of settings) {
    const accountIds = Array.from({ length: accounts }, () => mintUuid(Date.now(), ctx.randomBytes));
    await measureProduct(ctx, writers, accountIds, 1);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      // What appends lead to behind them goes on beside them, and shall not go on beside the other side.
      await ctx.rollUps.settle();
      await ctx.alertReads.settle();
      const base = await measurePlain(pgbench, plain, writers, accounts);
      const ours = await measureProduct(ctx, writers, accountIds, secondsPerRound);
      ratios.push(ours / base);
      console.log(`${name} round ${round + 1}: ${Math.round(ours)} events/s, plain ${Math.round(base)}/s`);
    }
    figures[name] = Number(median(ratios).toFixed(2));
  }
  await ctx.rollUps.stop();
  await ctx.alertReads.stop();
  await ctx.db.close();
  console.log(JSON.stringify({ bench: 'append', figures }));
} finally {
  await postgres.stop();
  await folder.remove();
}

/** A twin of the events table without triggers and policies, and the script that inserts one row a transaction. */
async function preparePlainSide(): Promise<string> {
  const sql = connect(postgres.connection, { max: 1 });
  await sql.unsafe(`
    create table plain (like events including all) partition by range (recorded_at);
    create table plain_now (like events including defaults including constraints);
    alter table plain attach partition plain_now default;
    create unique index on plain_now (account_id, seq);
    create unique index on plain_now (account_id, id);`);
  await sql.end();
  const line = JSON.stringify({ ev: draft, rec: new Date().toISOString(), filler: 'x'.repeat(180) });
  const script = join(folder.path, 'plain.sql');
  await writeFile(
    script,
    `\\set a random(1, :accounts)
insert into plain (account_id, recorded_at, seq, id, agent_id, credential_id, facet, type, source, outcome, client, service,
  client_ip, leaf_hash, line)
values (md5((:a)::text)::uuid, clock_timestamp() + :client_id * interval '1 day', (random() * 9e15)::bigint,
  gen_random_uuid(), '${draft.agentId}', '${draft.credentialId}', 4711, 'agent_access', 'agent', 'ok', 'nodejs', 'github',
  '192.0.2.1', decode(repeat('ab', 32), 'hex'), '${line}');\n`,
  );
  return script;
}

function measurePlain(pgbench: string, script: string, writers: number, accounts: number): Promise<number> {
  const { host, port, username, password, database } = postgres.connection;
  const args = ['-h', host, '-p', String(port), '-U', username, '-n', '-M', 'prepared', '-f', script];
  // By number rather than by time: its clock would run while it connects, which 128 clients take seconds for.
  const commitsEach = Math.ceil((writers === 1 ? 6_000 : 20_000) / writers);
  args.push('-D', `accounts=${accounts}`, '-c', String(writers), '-j', '1', '-t', String(commitsEach), database);
  const child = spawn(pgbench, args, { env: { PGPASSWORD: password }, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      const perSecond = /tps = ([\d.]+)/.exec(text)?.[1];
      if (perSecond === undefined) reject(new Error(`pgbench printed no figure: ${text}`));
      else resolve(Number(perSecond));
    });
  });
}

/** Acknowledged events a second with this many writers, each waiting for its answer before the next. */
async function measureProduct(ctx: Context, writers: number, accountIds: string[], seconds: number): Promise<number> {
  const endsAt = performance.now() + seconds * 1000;
  let acknowledged = 0;
  const write = async () => {
    while (performance.now() < endsAt) {
      const accountId = accountIds[Math.floor(Math.random() * accountIds.length)] ?? '';
      await append(ctx, accountId, draft);
      acknowledged++;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: writers }, write));
  return acknowledged / ((performance.now() - startedAt) / 1000);
}

function createContext(): Context {
  const config = readConfig({ KEYTRAIL_LOG_LEVEL: 'silent' });
  const db = openDatabase(postgres.connection);
  const news = new GrowthNews(db);
  const ctx: Context = {
    config,
    log: createLog(config),
    db,
    masterKeys: toMasterKeys(1, new Map()),
    serverSecret: Buffer.alloc(0),
    appends: new GroupCommit({
      carryOut: async (items) => {
        const receipts = await carryOutAppends(db, items);
        news.add(items.map(({ accountId }) => accountId));
        return receipts;
      },
      keyOf: ({ accountId, body }) => `${accountId} ${body.id}`,
      batchMax: 500,
      batchesUnderWayMax: 2,
    }),
    rollUps: new KeyedQueue((accountId) => rollUp(db, accountId)),
    alertReads: new KeyedQueue((accountId) => readAlerts(ctx, accountId), { gatherMs: 250 }),
    alikeUses: new RecentKeys(20_000),
    proxyLoads: new SharedLoads(),
    recentLoads: createRecentLoads(),
    wakeups: new Wakeups(),
    flights: new Flights(),
    nodeName: 'keytrail-bench',
    outbound: createOutbound([]),
    stopping: new AbortController().signal,
    nowMs: Date.now,
    clockTurnMs: () => 0,
    randomBytes: createRandomSource(),
  };
  return ctx;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
