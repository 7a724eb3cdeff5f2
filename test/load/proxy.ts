// What the MCP proxy costs: calls a second through it, each with its durable event, over the same calls sent straight to
// the upstream, beside the npm package mcp-proxy in front of the same upstream (`kit/peer-proxy.ts`). The upstream
// (`kit/issue-server.ts`) is of the official SDK, with sessions, and its tool reads 500 issues from a file and answers with
// the ten that fit best. Upstream, server, peer and load are processes of their own, and all of it is on the loopback.
// Slices of the three take turns, forwards and backwards; figures are medians over the rounds, with the least and the
// greatest beside them.
//
// The ratios depend on how much the upstream does for a call: the less that is, the more weighs what is added. What the
// upstream did alone is printed beside them. On a machine of few cores the load and the upstream take of the same ones.
// `npm run bench -- proxy [rounds] [seconds a slice] [calls of the long run] [issues]`.

import { loadavg } from 'node:os';
import { connect } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { createClient } from '../kit/client.ts';
import { type Caller, openCaller } from '../kit/mcp-callers.ts';
import { signUp } from '../kit/people.ts';
import { readCpuMs, readFamilyCpuMs, readParent, readResidentMib } from '../kit/process-facts.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { startBenchProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

const [rounds = 9, secondsPerSlice = 3, longRunCalls = 100_000, issues = 500] = process.argv.slice(2).map(Number);
const streams = 200;
/** So that what is measured is code that the engine has compiled, on every side. */
const warmUpCalls = 5_000;
const sampleEveryMs = 50;
const call = { name: 'search_issues', arguments: { query: 'login Safari slow' } };

const limits = {
  ratio_c1: { atLeast: 0.6 },
  ratio_c32: { atLeast: 0.85 },
  peer_ratio_c1: { atLeast: 1.5 },
  peer_ratio_c32: { atLeast: 1.5 },
  rss_mib_growth: { atMost: 32 },
} as const;

interface Side {
  readonly name: 'direct' | 'proxy' | 'peer';
  readonly url: string;
  readonly bearer: string;
}

/** A median, and between what it lies. */
interface Figure {
  readonly value: number;
  readonly spread?: readonly [number, number];
}

const figures: Record<string, Figure> = {};
const folder = await makeTempDir();
// Adopted by the server, and asked beside it for what was recorded.
const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
try {
  const production = { NODE_ENV: 'production' };
  const upstream = await startBenchProcess('issue-server.ts', { ...production, ISSUES: String(issues) });
  const peer = await startBenchProcess('peer-proxy.ts', { ...production, UPSTREAM_URL: `${upstream.url}/mcp` });
  const node = await startServerProcess({
    ...production,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1',
  });
  const sql = connect(postgres.connection, { max: 1 });
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const pids = { server: node.child.pid ?? 0, postmaster: readParent(backend?.pid ?? 0) };
  const { session } = await signUp(node.url);
  const { proxy, key } = await createTokenProxy(
    { client: createClient(node.url, session) },
    { upstreamUrl: `${upstream.url}/mcp` },
  );
  const sides: Side[] = [
    { name: 'direct', url: `${upstream.url}/mcp`, bearer: 'nobody' },
    { name: 'proxy', url: `${node.url}/mcp/p/${proxy.name}`, bearer: key },
    { name: 'peer', url: `${peer.url}/mcp`, bearer: 'nobody' },
  ];
  let calls = await warmUp(sides);
  calls += await measureRatios(sides, pids, 1);
  calls += await measureRatios(sides, pids, 32);
  const [, through] = sides;
  if (through === undefined) throw new Error('unreachable');
  calls += await measureGrowth(through, pids.server);
  await verifyRecorded(sql, calls);
  await sql.end();
  for (const running of [node, peer, upstream]) await running.kill('SIGTERM');
  report();
} finally {
  await postgres.stop();
  await folder.remove();
}

/** Calls each of them until its code is hot; answers how many calls went through the proxy. */
async function warmUp(sides: readonly Side[]): Promise<number> {
  for (const side of sides) {
    const callers = await openCallers(side, 32);
    await makeCalls(callers, warmUpCalls);
    for (const caller of callers) caller.close();
  }
  return warmUpCalls;
}

function openCallers(side: Side, count: number): Promise<Caller[]> {
  return Promise.all(Array.from({ length: count }, () => openCaller(side, call)));
}

async function makeCalls(callers: readonly Caller[], count: number): Promise<void> {
  let left = count;
  const keepCalling = async (caller: Caller) => {
    while (left-- > 0) await caller.call();
  };
  await Promise.all(callers.map(keepCalling));
}

/** The three by turns, with this many callers each; answers how many calls went through the proxy. */
async function measureRatios(sides: readonly Side[], pids: Pids, callers: number): Promise<number> {
  const taken = { direct: [], proxy: [], peer: [] } as Record<Side['name'], Slice[]>;
  const open = await Promise.all(sides.map(async (side) => ({ ...side, callers: await openCallers(side, callers) })));
  let calls = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? open : open.toReversed()) {
      const slice = await measure(side.callers, pids, secondsPerSlice);
      if (side.name === 'proxy') calls += slice.calls;
      // The first round warms up.
      if (round > 0) taken[side.name].push(slice);
    }
    if (round > 0) sayRound(`c=${callers} round ${round}`, taken);
  }
  for (const { callers } of open) for (const caller of callers) caller.close();
  const over = (name: 'direct' | 'peer') =>
    toFigure(taken.proxy.map(({ perSecond }, at) => perSecond / (taken[name][at]?.perSecond ?? Number.NaN)));
  figures[`ratio_c${callers}`] = over('direct');
  figures[`peer_ratio_c${callers}`] = over('peer');
  const perCall = (key: 'serverCpuMs' | 'databaseCpuMs') =>
    toFigure(taken.proxy.map((slice) => slice[key] / slice.calls));
  const suffix = callers === 32 ? '' : `_c${callers}`;
  figures[`cpu_ms_per_call${suffix}`] = perCall('serverCpuMs');
  figures[`database_cpu_ms_per_call${suffix}`] = perCall('databaseCpuMs');
  figures[`direct_per_s_c${callers}`] = toFigure(taken.direct.map(({ perSecond }) => perSecond));
  figures[`proxy_per_s_c${callers}`] = toFigure(taken.proxy.map(({ perSecond }) => perSecond));
  return calls;
}

interface Pids {
  readonly server: number;
  readonly postmaster: number;
}

interface Slice {
  readonly calls: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number;
}

async function measure(callers: readonly Caller[], pids: Pids, seconds: number): Promise<Slice> {
  const times: number[] = [];
  const [serverBefore, databaseBefore] = [readCpuMs(pids.server), readFamilyCpuMs(pids.postmaster)];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const keepCalling = async (caller: Caller) => {
    while (performance.now() < endsAt) {
      const calledAt = performance.now();
      await caller.call();
      times.push(performance.now() - calledAt);
    }
  };
  await Promise.all(callers.map(keepCalling));
  const elapsedMs = performance.now() - startedAt;
  return {
    calls: times.length,
    perSecond: times.length / (elapsedMs / 1000),
    p50Ms: median(times),
    serverCpuMs: readCpuMs(pids.server) - serverBefore,
    databaseCpuMs: readFamilyCpuMs(pids.postmaster) - databaseBefore,
  };
}

/** The server's memory over its own of before, at its highest, while streams are open and many calls go through. */
async function measureGrowth(through: Side, pid: number): Promise<number> {
  const callers = await openCallers(through, 32);
  const baselineMib = readResidentMib(pid);
  let peakMib = baselineMib;
  const sampling = setInterval(() => {
    peakMib = Math.max(peakMib, readResidentMib(pid));
  }, sampleEveryMs);
  try {
    const listeners = await openCallers(through, streams);
    const open = await Promise.all(listeners.map((listener) => listener.listen()));
    const startedAt = performance.now();
    await makeCalls(callers, longRunCalls);
    const seconds = (performance.now() - startedAt) / 1000;
    for (const stream of open) stream.leave();
    for (const caller of [...callers, ...listeners]) caller.close();
    figures.rss_mib_growth = { value: round(peakMib - baselineMib) };
    console.log(
      `${longRunCalls} calls beside ${streams} open streams in ${seconds.toFixed(0)} s: ` +
        `${baselineMib.toFixed(0)} MiB before, ${peakMib.toFixed(0)} MiB at the most`,
    );
    return longRunCalls;
  } finally {
    clearInterval(sampling);
  }
}

/** Each call left one event of its own and one of its result. Results follow behind the answers. */
async function verifyRecorded(sql: ReturnType<typeof connect>, calls: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const [row] = await sql<{ uses: number; results: number }[]>`
      select count(*) filter (where line::jsonb -> 'ev' ->> 'action' = 'inject')::int as uses,
        count(*) filter (where line::jsonb -> 'ev' ->> 'action' = 'result')::int as results
      from events where type = 'agent_access' and source = 'mcp_proxy'`;
    if (row?.uses === calls && row.results === calls) return;
    if (Date.now() > deadline) throw new Error(`${calls} calls left ${row?.uses} uses and ${row?.results} results`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function sayRound(title: string, taken: Readonly<Record<Side['name'], readonly Slice[]>>): void {
  const parts = Object.entries(taken).map(([name, slices]) => {
    const slice = slices.at(-1);
    return `${name} ${slice?.perSecond.toFixed(0)}/s p50 ${slice?.p50Ms.toFixed(2)} ms`;
  });
  console.log(`${title}: ${parts.join(', ')}`);
}

function report(): void {
  const missed = Object.entries(limits).filter(([name, limit]) => !holds(figures[name]?.value ?? Number.NaN, limit));
  const loads = loadavg().map((load) => load.toFixed(1));
  console.log(`load average ${loads.join(' ')}`);
  const values = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]));
  const spread = Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure.spread]));
  console.log(JSON.stringify({ bench: 'proxy', figures: values, spread, limits }));
  if (missed.length > 0) process.exitCode = 1;
}

function holds(value: number, limit: { atLeast: number } | { atMost: number }): boolean {
  return 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
}

function toFigure(values: readonly number[]): Figure {
  return { value: round(median(values)), spread: [round(Math.min(...values)), round(Math.max(...values))] };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toFixed(value < 100 ? 2 : 0));
}
