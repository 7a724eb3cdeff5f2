// What an agent's fetch costs end to end, beside the least that an endpoint with a durable record can be
// (`kit/bare-endpoint.ts`): three policies of five rules bind the fetch, and its event is durable before the answer. Both
// serve over HTTP from a process of their own on one database; slices of the two take turns, and figures are medians over
// the pairs.

import { loadavg } from 'node:os';
import { connect } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { weekdays } from '@keytrail/shared/policy';
import { type Client, createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { signUp } from '../kit/people.ts';
import { startBareEndpoint, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { type Endpoint, measureCalls, median, round2 } from '../kit/timed-calls.ts';
import { createGrantedAgent } from '../kit/vault.ts';

const rounds = Number(process.argv[2] ?? 7);
const secondsPerSlice = Number(process.argv[3] ?? 3);

type Policy = Parameters<Client['policies']['create']['mutate']>[0];
type Rule = Policy['rules'][number];

const always = {
  type: 'time_window',
  days: [...weekdays],
  start: '00:00',
  end: '24:00',
  timeZone: 'Europe/London',
} satisfies Rule;
const addresses: Rule = { type: 'ip_allowlist', ranges: ['10.0.0.0/8', '127.0.0.0/8', '::1/128', '2001:db8::/32'] };
const limit = (counts: 'agent' | 'credential' | 'both'): Rule => ({
  type: 'rate_limit',
  uses: 100_000,
  per: 'minute',
  counts,
});

/** Fifteen rules that look at everything and let every call through. */
const policies: Policy[] = [
  {
    name: 'Deploys',
    description: '',
    mode: 'enabled',
    rules: [
      always,
      limit('agent'),
      addresses,
      { type: 'client', kinds: ['nodejs', 'cli'] },
      { type: 'reason', lengthMin: 5 },
    ],
  },
  {
    name: 'Tokens',
    description: '',
    mode: 'enabled',
    rules: [
      addresses,
      { ...always, timeZone: 'America/New_York' },
      limit('credential'),
      { type: 'fields', fields: ['value', 'other'] },
      { type: 'max_uses', uses: 1_000_000 },
    ],
  },
  {
    name: 'Everybody',
    description: '',
    mode: 'observe',
    rules: [
      { type: 'client', kinds: ['nodejs'] },
      { ...always, timeZone: 'Asia/Kolkata' },
      { type: 'reason', lengthMin: 3 },
      limit('both'),
      { type: 'ip_allowlist', ranges: ['127.0.0.1/32'] },
    ],
  },
];

const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({
  dataDir: folder.path,
  log: () => undefined,
  loopbackPort: await findFreePort(),
});
try {
  const node = await startServerProcess({ DATABASE_URL: postgres.url, KEYTRAIL_DATA_DIR: folder.path });
  const bare = await startBareEndpoint({ DATABASE_URL: postgres.url });
  const product = await furnish(node.url);
  const plain = { ...product, url: `${bare.url}/fetch` };
  const sql = connect(postgres.url, { max: 1 });
  await sql`insert into bare_keys values (${`Bearer ${plain.key}`}, ${'x'.repeat(40)})`;

  const before = await countRows(sql);
  for (const endpoint of [product, plain]) await measureCalls(endpoint, 32, 1);
  const busy = await measurePairs(product, plain, 32);
  const idle = await measurePairs(product, plain, 1);
  const after = await countRows(sql);
  const calls = busy.calls + idle.calls;
  if (after.events - before.events < calls) throw new Error('calls were answered that left no event');
  if (after.limited - before.limited !== after.events - before.events) throw new Error('not every event was counted');
  await sql.end();
  await node.kill('SIGTERM');
  await bare.kill('SIGTERM');
  const figures = { ratio_32: busy.ratio, p50_ratio: idle.p50Ratio };
  console.log(
    `load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  console.log(JSON.stringify({ bench: 'fetch', figures }));
} finally {
  await postgres.stop();
  await folder.remove();
}

/** An agent that may use a token under three policies: one on it, one on the token, one on both. */
async function furnish(url: string): Promise<Endpoint> {
  const { session } = await signUp(url);
  const client = createClient(url, session);
  const { key, agent, credential } = await createGrantedAgent({ client }, url);
  const ofAgent = { kind: 'agent', id: agent.id } as const;
  const ofCredential = { kind: 'credential', id: credential.id } as const;
  for (const [index, targets] of [[ofAgent], [ofCredential], [ofAgent, ofCredential]].entries()) {
    const policy = policies[index];
    if (policy === undefined) throw new Error('unreachable');
    const { id } = await client.policies.create.mutate(policy);
    await client.policies.attach.mutate({ id, targets });
  }
  const body = JSON.stringify({ service: 'github', reason: 'nightly deploy' });
  return { url: `${url}/trpc/agent.credential`, key, body };
}

/** The two by turns; medians over the pairs. */
async function measurePairs(product: Endpoint, plain: Endpoint, clients: number) {
  const ratios: number[] = [];
  const p50Ratios: number[] = [];
  let calls = 0;
  for (let round = 0; round < rounds; round++) {
    const base = await measureCalls(plain, clients, secondsPerSlice);
    const ours = await measureCalls(product, clients, secondsPerSlice);
    calls += ours.calls;
    ratios.push(ours.perSecond / base.perSecond);
    p50Ratios.push(ours.p50Ms / base.p50Ms);
    console.log(
      `c=${clients} round ${round + 1}: ${ours.perSecond.toFixed(0)} fetches/s, p50 ${ours.p50Ms.toFixed(2)} ms; ` +
        `bare ${base.perSecond.toFixed(0)}/s, p50 ${base.p50Ms.toFixed(2)} ms`,
    );
  }
  return { calls, ratio: round2(median(ratios)), p50Ratio: round2(median(p50Ratios)) };
}

/** Events of uses, and uses that a limit counted. */
async function countRows(sql: ReturnType<typeof connect>): Promise<{ events: number; limited: number }> {
  const [row] = await sql<{ events: string; limited: string }[]>`
    select (select count(*) from events where type = 'agent_access') as events,
      (select coalesce(sum(uses), 0) from use_counters where key like 'grant %') as limited`;
  return { events: Number(row?.events), limited: Number(row?.limited) };
}
