// What a token that refreshes itself costs. First 3 nodes in processes of their own and 50 callers at each, all after one token
// that has ended: how many requests the provider gets. Then a token with time left beside a static one, fetched by turns from
// one node: what looking at its end adds to a fetch, durable event included.

import { Agent } from 'node:http';
import { loadavg } from 'node:os';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { type Client, createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { createOAuthCredential } from '../kit/oauth-credentials.ts';
import { startOAuthProvider } from '../kit/oauth-provider.ts';
import { signUp } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { type Endpoint, median, round2, timeCall } from '../kit/timed-calls.ts';
import { createAgent, createToken } from '../kit/vault.ts';

const callersPerNode = 50;
const pairs = Number(process.argv[2] ?? 6000);

const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({
  dataDir: folder.path,
  log: () => undefined,
  loopbackPort: await findFreePort(),
});
const provider = await startOAuthProvider();
try {
  const variables = {
    DATABASE_URL: postgres.url,
    KEYTRAIL_DATA_DIR: folder.path,
    KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1',
  };
  const first = await startServerProcess(variables);
  const nodes = [first, await startServerProcess(variables), await startServerProcess(variables)];
  const { session } = await signUp(first.url);
  const owner = { client: createClient(first.url, session) };
  const bot = await createAgent(owner, first.url);
  const grant = (credentialId: string) => owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId });

  const ended = await createOAuthCredential(owner, provider);
  await grant(ended.id);
  const asked = nodes.flatMap(({ url }) =>
    Array.from({ length: callersPerNode }, () => toEndpoint(url, bot.key, ended.service)),
  );
  const agent = new Agent({ keepAlive: true });
  const times = await Promise.all(asked.map((endpoint) => timeCall(agent, endpoint)));
  const tokenRequests = provider.requests.refresh_token ?? 0;
  await verifyRecorded(owner.client, ended.id, asked.length);
  console.log(`${asked.length} callers answered, the last after ${Math.max(...times).toFixed(0)} ms`);
  for (const node of nodes.slice(1)) await node.kill('SIGTERM');

  const fresh = await createOAuthCredential(owner, provider, { endsInS: 3600 });
  const fixed = await createToken(owner, 'static');
  await Promise.all([grant(fresh.id), grant(fixed.id)]);
  const one = new Agent({ keepAlive: true, maxSockets: 1 });
  const ratio = await comparePairs(
    one,
    toEndpoint(first.url, bot.key, fresh.service),
    toEndpoint(first.url, bot.key, 'static'),
  );
  one.destroy();
  agent.destroy();
  await first.kill('SIGTERM');
  const load = loadavg().map((average) => average.toFixed(1));
  console.log(`load average ${load.join(' ')}`);
  console.log(JSON.stringify({ bench: 'refresh', figures: { token_requests: tokenRequests, overhead_ratio: ratio } }));
} finally {
  await provider.stop();
  await postgres.stop();
  await folder.remove();
}

function toEndpoint(url: string, key: string, service: string): Endpoint {
  return { url: `${url}/trpc/agent.credential`, key, body: JSON.stringify({ service }) };
}

/** One refresh in the log, and a use for each caller. */
async function verifyRecorded(client: Client, credentialId: string, callers: number): Promise<void> {
  const filter = { credentialIds: [credentialId] };
  const { events } = await client.audit.list.query({ filter, limit: 200 });
  const count = (type: string) => events.filter((event) => event.type === type && event.outcome === 'ok').length;
  if (count('token_refresh') !== 1) throw new Error(`${count('token_refresh')} refreshes are in the log`);
  if (count('agent_access') !== callers) throw new Error(`${count('agent_access')} uses are in the log`);
}

/** Call by call in turns, so that whatever else the machine does falls on both; the ratio of the medians. */
async function comparePairs(agent: Agent, ours: Endpoint, base: Endpoint): Promise<number> {
  for (let warmup = 0; warmup < 500; warmup++) for (const each of [ours, base]) await timeCall(agent, each);
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    // Whichever comes first takes turns, too.
    if (pair % 2 === 0) times[0].push(await timeCall(agent, ours));
    times[1].push(await timeCall(agent, base));
    if (pair % 2 === 1) times[0].push(await timeCall(agent, ours));
  }
  const [p50Ms, baseMs] = [median(times[0]), median(times[1])];
  console.log(`a token with time left: p50 ${p50Ms.toFixed(3)} ms; a static one: ${baseMs.toFixed(3)} ms`);
  return round2(p50Ms / baseMs);
}
