import { test, afterAll, beforeAll } from 'vitest';
import postgres from 'postgres';
import { checkLog } from '../kit/check-log.ts';
import { postAuth } from '../kit/people.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, createAgent, createToken } from '../kit/vault.ts';
const out = (...a: unknown[]) => process.stderr.write('>> ' + a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' ') + '\n');
const ref = async (p: Promise<any>) => { try { return { ok: await p }; } catch (e: any) { return { status: e.data?.httpStatus, ...e.data?.keytrail, raw: e.data ? undefined : String(e) }; } };
const counts = (xs: any[]) => xs.reduce((m, x) => ({ ...m, [x]: (m[x] ?? 0) + 1 }), {} as any);
test('xff garbage rate limit', async () => {
  const s = await startTestServer({ KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1' });
  const o = await s.createOwner();
  for (const [name, xff] of [['garbage', () => 'unknown'], ['with port', () => '198.51.100.7:1234'], ['ipv6 /64 rotate', (i: number) => `2001:db8::${i.toString(16)}`], ['fixed', () => '203.0.113.5']] as const) {
    const st: number[] = []; for (let i = 1; i <= 25; i++) st.push((await postAuth(s.url, 'sign-in/email', { email: o.email, password: 'wrong password here' }, { 'x-forwarded-for': xff(i) })).status);
    out('xff', name, counts(st));
  }
  await s.stop();
});
test('backends terminated under load', async () => {
  const s = await startTestServer(); const o = await s.createOwner(); const { client, credential } = await createGrantedAgent(o, s.url);
  const { accountId } = await o.client.account.me.query();
  const sql = postgres(s.databaseUrl, { max: 1 });
  const acked: string[] = []; const errs: any[] = []; let on = true;
  const workers = Array.from({ length: 16 }, async () => { while (on) { const r: any = await ref(client.agent.credential.mutate({ service: 'github' })); if (r.ok) acked.push(r.ok.eventId); else errs.push(`${r.status} ${r.code} ${r.raw ?? ''}`); } });
  for (let i = 0; i < 40; i++) { await new Promise((r) => setTimeout(r, 100)); await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.catch((e) => out('term', String(e))); }
  on = false; await Promise.all(workers);
  const ids = await checkLog(s.databaseUrl, accountId).catch((e) => { out('BROKEN', String(e).slice(0, 300)); return [] as string[]; });
  out('terminated: acked', acked.length, 'recorded', ids.length, 'acked missing', acked.filter((x) => !ids.includes(x)).length, counts(errs));
  await sql.end(); await s.stop();
});
test('partition missing', async () => {
  const s = await startTestServer(); const o = await s.createOwner(); const { client } = await createGrantedAgent(o, s.url);
  const sql = postgres(s.databaseUrl, { max: 1, onnotice: () => undefined });
  for (const { p } of await sql`select inhrelid::regclass::text p from pg_inherits where inhparent='events'::regclass`) await sql.unsafe(`alter table events detach partition ${p}`).then(() => sql.unsafe(`drop table ${p}`));
  out('no partition', await ref(client.agent.credential.mutate({ service: 'github' })), await ref(o.client.agents.create.mutate({ name: 'zz' })), (await fetch(`${s.url}/health`)).status);
  await sql.end(); await s.stop();
});
test('list with large sealed', async () => {
  const s = await startTestServer(); const o = await s.createOwner();
  const big = 'x'.repeat(20_000);
  const secret = Object.fromEntries(Array.from({ length: 50 }, (_, i) => ['F' + i, big]));
  const t = Date.now();
  for (let i = 0; i < 40; i++) await o.client.credentials.create.mutate({ kind: 'fields', service: 'big', label: 'l' + i, secret });
  out('created 40 in', Date.now() - t);
  const rss0 = process.memoryUsage().rss; let peak = 0; const iv = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 10);
  const t1 = Date.now(); await o.client.credentials.list.query(); const one = Date.now() - t1;
  const t2 = Date.now(); await Promise.all(Array.from({ length: 8 }, () => o.client.credentials.list.query())); clearInterval(iv);
  out('list of 40 x 1MB: one', one, 'ms; 8 parallel', Date.now() - t2, 'ms; rss MB', Math.round(rss0 / 1e6), '->', Math.round(peak / 1e6));
  await s.stop();
});
test('health flood', async () => {
  const s = await startTestServer(); const o = await s.createOwner(); const { client } = await createGrantedAgent(o, s.url);
  const lat = async () => { const t = Date.now(); await client.agent.credential.mutate({ service: 'github' }); return Date.now() - t; };
  out('idle ms', await lat(), await lat());
  await new Promise((r) => setTimeout(r, 10));
  const sql = postgres(s.databaseUrl, { max: 1 });
  // database that hangs: heads locked
  const { accountId } = await o.client.account.me.query();
  let release = () => {}; const held = new Promise<void>((r) => { release = r; });
  const lock = sql.begin(async (tx) => { await tx`select 1 from heads where account_id=${accountId} for update`; await held; });
  await new Promise((r) => setTimeout(r, 100));
  const f = ref(client.agent.credential.mutate({ service: 'github' }));
  const changes = Array.from({ length: 8 }, (_, i) => ref(o.client.agents.create.mutate({ name: 'n' + i })));
  await new Promise((r) => setTimeout(r, 300));
  const p = await s.createOwner().then(() => 'ok', (e) => String(e)).then((x) => x, () => 'x');
  out('other account sign-up while one head is held:', p);
  release(); await lock; await f; await Promise.all(changes); await sql.end(); await s.stop();
}, 20000);
