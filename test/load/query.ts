// How long a page of the log takes in the database, by combination of filters, in logs of 10 thousand, 1 million and
// 10 million events. `--size 10k|1m|10m` picks one; without it all three run. The logs are kept between runs (in
// KEYTRAIL_BENCH_DIR, by default a folder of the system's temporary place that outlives a restart).
//
// A page goes the product's own way (`listEvents`, as the app's role, row-level security on). What is measured is what
// Postgres says each statement took, planning included, summed over the page's transaction. Beside it stands the processor
// time of the same statements: all of it is here in memory, so on a quiet machine the two are close, and on a busy one
// the second does not count how long Postgres was kept waiting by others.

import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countFacets } from '@keytrail/server/audit/facets';
import { listEvents } from '@keytrail/server/audit/query';
import { connect, openDatabase } from '@keytrail/server/base/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { type EventFilter, eventOutcomes, eventSources, eventTypes } from '@keytrail/shared/event';
import { openSeeder, type SeedEvent } from '../kit/seed-log.ts';
import {
  accountsMax,
  clientsOf,
  createDice,
  days,
  makeLog,
  toAccountId,
  toAddress,
  toAgentId,
  toCredentialId,
  toModel,
  toPolicyId,
  toProxyId,
  toService,
} from './log-model.ts';

const sizes = { '10k': 10_000, '1m': 1_000_000, '10m': 10_000_000 } as const;
type Size = keyof typeof sizes;
const { values } = parseArgs({ options: { size: { type: 'string' }, samples: { type: 'string', default: '200' } } });
const samples = Number(values.samples);
const chosen = (Object.keys(sizes) as Size[]).filter((size) => values.size === undefined || size === values.size);
const baseDir = process.env.KEYTRAIL_BENCH_DIR ?? '/var/tmp/keytrail-bench';

const figures: Record<string, number | string> = {};

async function measure(size: Size): Promise<Taken> {
  const postgres = await startLog(size);
  try {
    const sql = connect(postgres.connection, { max: 1 });
    figures[`bytes_per_event_${size}`] = Math.round((await countBytes(sql)) / sizes[size]);
    const [{ ends }] = (await sql`select max(last_recorded_at) as ends from heads`) as unknown as [{ ends: Date }];
    await prewarm(sql);
    await sql.unsafe(`alter system set log_duration = on`);
    await sql.unsafe(`alter system set log_statement_stats = on`);
    // The figures stand in the detail of a message, which a server of ours does not write.
    const [{ name }] = (await sql`select quote_ident(current_database()) as name`) as unknown as [{ name: string }];
    await sql.unsafe(`alter database ${name} set log_error_verbosity = 'default'`);
    await sql`select pg_reload_conf()`;
    await sql.end();
    const serverTime = await openServerTime(join(baseDir, size, 'postgres.log'));
    const db = openDatabase(postgres.connection);
    const dice = createDice(1);
    const results: { name: string; p50: Taken; p99: Taken; max: Taken }[] = [];
    // A server's connections are warm: each of the six has planned every way that a search may take, either direction.
    for (let n = 0; n < 4000; n++) await runOne(db, dice, pick(dice, combinations), ends.getTime());
    for (const members of combinations) {
      const taken: Taken[] = [];
      for (let n = 0; n < samples; n++) {
        await serverTime.take();
        await runOne(db, dice, members, ends.getTime());
        taken.push(await serverTime.take());
      }
      const at = (share: number): Taken => ({
        ms: toQuantile(taken, 'ms', share),
        cpuMs: toQuantile(taken, 'cpuMs', share),
      });
      results.push({ name: members.join('+') || 'none', p50: at(0.5), p99: at(0.99), max: at(1) });
    }
    results.sort((left, right) => right.p99.cpuMs - left.p99.cpuMs);
    const say = ({ ms, cpuMs }: Taken) => `${round(ms)} ms (${round(cpuMs)} of the processor)`;
    for (const { name, p50, p99, max } of results) {
      console.log(`${size} ${name}: p50 ${say(p50)}, p99 ${say(p99)}, max ${say(max)}`);
    }
    const worst: Taken = {
      ms: Math.max(...results.map(({ p99 }) => p99.ms)),
      cpuMs: Math.max(...results.map(({ p99 }) => p99.cpuMs)),
    };
    figures[`p50_ms_${size}`] = round(
      toQuantile(
        results.map(({ p50 }) => p50),
        'ms',
        0.5,
      ),
    );
    figures[`p99_ms_worst_${size}`] = round(worst.ms);
    figures[`p99_cpu_ms_worst_${size}`] = round(worst.cpuMs);
    await measureFacets(db, serverTime, size);
    await db.close();
    await serverTime.close();
    return worst;
  } finally {
    await postgres.stop();
  }
}

/** The counts beside the filters, for the account with a tenth of all events. */
async function measureFacets(db: Parameters<typeof listEvents>[0], serverTime: ServerTime, size: Size): Promise<void> {
  const ctx = { db } as Parameters<typeof countFacets>[0]; // It takes nothing else of the context.
  const filters: EventFilter[] = [{}, { types: ['policy_denied'] }, { agentIds: [toAgentId(0, 3)], outcomes: ['ok'] }];
  const taken: Taken[] = [];
  for (let n = 0; n < 30; n++) {
    await serverTime.take();
    await countFacets(ctx, toAccountId(0), filters[n % filters.length] ?? {});
    taken.push(await serverTime.take());
  }
  figures[`facets_p50_ms_${size}`] = round(toQuantile(taken, 'ms', 0.5));
}

async function runOne(
  db: Parameters<typeof listEvents>[0],
  dice: () => number,
  members: readonly Member[],
  endsAtMs: number,
): Promise<void> {
  const account = dice() < 0.25 ? 0 : 1 + Math.floor(dice() * (accountsMax - 1));
  const filter: EventFilter = Object.assign({}, ...members.map((member) => draw[member](dice, account, endsAtMs)));
  const place = new Date(endsAtMs - dice() * days * 86_400_000).toISOString().replace('Z', '000Z');
  const roll = dice();
  const page = roll < 0.5 ? {} : roll < 0.9 ? { before: place } : { after: place };
  await listEvents(db, toAccountId(account), { filter, ...page, limit: 50 });
}

type Member = keyof typeof draw;

/** Draws values: half as often as they occur, else any of them, the rare and the absent as well; one to three of them. */
const draw = {
  types: (dice: () => number) => ({ types: several(dice, () => pick(dice, eventTypes)) }),
  sources: (dice: () => number) => ({ sources: several(dice, () => pick(dice, eventSources)) }),
  services: (dice: () => number, account: number) => ({
    services: several(dice, () => toService(index(dice, toModel(account).credentials + 2))),
  }),
  agentIds: (dice: () => number, account: number) => ({
    agentIds: several(dice, () => toAgentId(account, index(dice, toModel(account).agents + 1))),
  }),
  credentialIds: (dice: () => number, account: number) => ({
    credentialIds: several(dice, () => toCredentialId(account, index(dice, toModel(account).credentials + 2))),
  }),
  proxyIds: (dice: () => number, account: number) => ({
    proxyIds: several(dice, () => toProxyId(account, index(dice, 6))),
  }),
  policyIds: (dice: () => number, account: number) => ({
    policyIds: several(dice, () => toPolicyId(account, index(dice, 11))),
  }),
  outcomes: (dice: () => number) => ({ outcomes: several(dice, () => pick(dice, eventOutcomes)) }),
  clients: (dice: () => number) => ({
    clients: several(dice, () => pick(dice, [...clientsOf, 'browser', 'other'] as const)),
  }),
  ips: (dice: () => number, account: number) => ({
    ips: several(dice, () => {
      const address = toAddress(account, index(dice, toModel(account).addresses + 4));
      return dice() < 0.5 ? address : address.replace(/\.\d+$/, '.0/24');
    }),
  }),
  text: (dice: () => number, account: number) => ({
    text: pick(dice, [
      `bot-${index(dice, toModel(account).agents)}`,
      `label ${index(dice, toModel(account).credentials)}`,
      'example.com',
      'zebra',
      'deploys release 12',
      `build ${Math.floor(dice() * 1_000_000)}`,
      'ticket',
      'nothing like it',
    ]),
  }),
  dates: (dice: () => number, _account: number, endsAtMs: number) => {
    const from = endsAtMs - dice() * days * 86_400_000;
    const to = from + pick(dice, [1, 7, 30]) * 86_400_000;
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  },
} satisfies Record<string, (dice: () => number, account: number, endsAtMs: number) => EventFilter>;

const combinations = makeCombinations();

/** None, each alone, every pair, forty larger ones, and all of them. */
function makeCombinations(): Member[][] {
  const all = Object.keys(draw) as Member[];
  const pairs = all.flatMap((one, n) => all.slice(n + 1).map((other) => [one, other]));
  const dice = createDice(3);
  const larger = Array.from({ length: 40 }, () => all.filter(() => dice() < 0.35)).filter(({ length }) => length > 2);
  return [[], ...all.map((one) => [one]), ...pairs, ...larger, all];
}

function several<T>(dice: () => number, one: () => T): T[] {
  return [...new Set(Array.from({ length: 1 + Math.floor(dice() * dice() * 3) }, one))];
}

/** Half the time as the log draws them, else all alike. */
function index(dice: () => number, count: number): number {
  return Math.floor(count * (dice() < 0.5 ? dice() ** 3 : dice()) * 0.999_999_999);
}

function pick<T>(dice: () => number, from: readonly T[]): T {
  const value = from[Math.floor(dice() * from.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** Starts the Postgres of a kept log; fills it the first time. */
async function startLog(size: Size): Promise<EmbeddedPostgres> {
  const options = { dataDir: join(baseDir, size), log: () => undefined };
  let postgres = await startEmbeddedPostgres(options);
  const sql = connect(postgres.connection, { max: 1 });
  await migrateDatabase(postgres.connection);
  const [heads] = await sql<{ count: number }[]>`select coalesce(sum(next_seq), 0)::int as count from heads`;
  if (heads?.count !== sizes[size]) {
    if (heads?.count !== 0)
      throw new Error(`${options.dataDir} holds a log that is not whole. Remove it and run again.`);
    // A server for this many events has the memory for them; the default is a laptop's.
    await sql.unsafe(`alter system set shared_buffers = '14GB'`);
    await sql.unsafe(`alter system set max_wal_size = '8GB'`);
    await sql.end();
    await postgres.stop();
    postgres = await startEmbeddedPostgres(options);
    await fill(postgres, size);
  } else {
    await sql.unsafe('alter system reset log_duration');
    await sql.unsafe('alter system reset log_statement_stats');
    await sql.end();
  }
  return postgres;
}

async function fill(postgres: EmbeddedPostgres, size: Size): Promise<void> {
  const startedAt = performance.now();
  const seeder = await openSeeder(postgres.connection, 14);
  let batch: SeedEvent[] = [];
  let done = 0;
  for (const event of makeLog(sizes[size], Date.now())) {
    batch.push(event);
    if (batch.length < 5000 && done + batch.length < sizes[size]) continue;
    await seeder.add(batch);
    done += batch.length;
    batch = [];
    if (done % 500_000 === 0)
      console.log(`${size}: ${done} events after ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }
  await seeder.rollUp(Array.from({ length: accountsMax }, (_, account) => toAccountId(account)));
  await seeder.close();
  const sql = connect(postgres.connection, { max: 1 });
  await sql.unsafe('vacuum analyze');
  await sql.unsafe('checkpoint');
  await sql.end();
  console.log(`${size}: filled in ${Math.round((performance.now() - startedAt) / 1000)} s`);
}

/** A server's memory holds the weeks that people look at; what a cold disk adds is not measured here. */
async function prewarm(sql: ReturnType<typeof connect>): Promise<void> {
  await sql`create extension if not exists pg_prewarm`;
  await sql`select sum(pg_prewarm(c.oid, 'buffer')) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'i')`;
}

async function countBytes(sql: ReturnType<typeof connect>): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`
    select (sum(pg_total_relation_size(relid)) + pg_total_relation_size('event_facets') + pg_total_relation_size('event_slots')
      + pg_total_relation_size('event_reasons') + pg_total_relation_size('event_rollups')) as bytes
    from pg_partition_tree('events') where isleaf`;
  return Number(row?.bytes);
}

/** What a page's statements took: by the clock, and of the processor. */
interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

interface ServerTime {
  /** What statements have taken since it was last asked. */
  take(): Promise<Taken>;
  close(): Promise<void>;
}

/** Reads what `log_duration` and `log_statement_stats` say behind the end of the server's log. */
async function openServerTime(path: string): Promise<ServerTime> {
  const file = await open(path, 'r');
  let position = (await stat(path)).size;
  return {
    take: async () => {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
      position = size;
      const text = buffer.toString('latin1');
      const usages = [...text.matchAll(/([\d.]+) s user, ([\d.]+) s system, [\d.]+ s elapsed/g)];
      return {
        ms: sum([...text.matchAll(/duration: ([\d.]+) ms/g)].map(([, ms]) => Number(ms))),
        cpuMs: sum(usages.map(([, user, system]) => (Number(user) + Number(system)) * 1000)),
      };
    },
    close: () => file.close(),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Of either time by itself. */
function toQuantile(taken: readonly Taken[], name: keyof Taken, share: number): number {
  const sorted = taken.map((one) => one[name]).sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

const worst: Partial<Record<Size, Taken>> = {};
for (const size of chosen) worst[size] = await measure(size);
if (worst['10m'] !== undefined && worst['10k'] !== undefined) {
  figures.growth_10k_10m = round(worst['10m'].ms / worst['10k'].ms);
  figures.growth_cpu_10k_10m = round(worst['10m'].cpuMs / worst['10k'].cpuMs);
}
console.log(JSON.stringify({ bench: 'query', figures }));
