import { mintBody } from '@keytrail/server/audit/append';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { createRandomSource } from '@keytrail/server/base/random';
import { mintUuid } from '@keytrail/shared/ids';
import { canonicalize } from '@keytrail/shared/canonical';
import { connect } from '@keytrail/server/base/db';
const pg = await startEmbeddedPostgres({ dataDir: '/tmp/prof-data', log: () => {} });
await migrateDatabase(pg.connection);
const sql = connect(pg.connection, { max: 1 });
if (process.argv[3]) await sql.unsafe(process.argv[3]);
const draft: any = { type: 'agent_access', action: 'fetch', source: 'agent', outcome: 'ok', title: 'deploy-bot', service: 'github', credentialId: '019aa000-0000-7000-8000-000000000001', credentialLabel: 'main', fields: ['value'], agentId: '019aa000-0000-7000-8000-000000000002', agentName: 'deploy-bot', client: 'nodejs', clientIp: '192.0.2.1', userAgent: 'node' };
const minting = { nowMs: Date.now, randomBytes: createRandomSource() };
const ids = Array.from({ length: 1000 }, () => mintUuid(Date.now(), minting.randomBytes));
const B = Number(process.argv[2] ?? 64);
const batch = () => { const as: string[] = [], bs: string[] = []; for (let i=0;i<B;i++) { as.push(ids[Math.floor(Math.random()*1000)]!); bs.push(canonicalize({ ...mintBody(minting, draft) })); } return [as, bs] as const; };
for (let r=0;r<3;r++) { const bs = Array.from({length: 300}, batch); const t=performance.now(); for (const [a,b] of bs) await sql`select ordinal, seq, recorded_at, outcome from append_batch(${a}::uuid[], ${b}::text[], false)`; const ms=(performance.now()-t)/300; console.log('batch', B, 'ms', ms.toFixed(2), 'us/ev', (ms/B*1000).toFixed(1)); }
const bs = batch();
import postgres from 'postgres';
{ const s2 = postgres({ ...pg.connection, max: 1, onnotice: (n) => console.log(n.message.slice(0, 6000)) });
await s2.unsafe(`load 'auto_explain'; set auto_explain.log_min_duration=0; set auto_explain.log_analyze=on; set auto_explain.log_nested_statements=on; set auto_explain.log_level='notice'; set auto_explain.log_triggers=on; set auto_explain.log_wal=on; set auto_explain.log_buffers=on`);
for (let i=0;i<3;i++) { const [a,b]=batch(); const t=performance.now(); if (i==2) console.log('=====');  await s2`select ordinal, seq, recorded_at, outcome from append_batch(${a}::uuid[], ${b}::text[], false)`; console.log('TOTAL', performance.now()-t);} await s2.end(); }

await sql.unsafe(`load 'auto_explain'`).catch(()=>{});
async function tm(name: string, q: string) { const [r] = await sql.unsafe(`explain (analyze, timing off) ${q}`, [bs[1]]) ; const rows = await sql.unsafe(`explain (analyze, timing off, format json) ${q}`, [bs[1]]); console.log(name, (rows[0] as any)['QUERY PLAN'][0]['Execution Time']); }
await tm('parse jsonb', `select count(b::jsonb) from unnest($1::text[]) b`);
await tm('facet', `select count(event_facet(b::jsonb)) from unnest($1::text[]) b`);
await tm('sha', `select count(sha256('\\x00'::bytea || convert_to(b,'UTF8'))) from unnest($1::text[]) b`);
await tm('record', `select count(f.id) from unnest($1::text[]) b cross join lateral jsonb_to_record(b::jsonb) as f(id uuid, type text, source text, outcome text, service text, client text, "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet)`);
await tm('to_char', `select count(to_char(clock_timestamp() at time zone 'UTC','YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) from unnest($1::text[]) b`);
await sql.end(); await pg.stop(); process.exit(0);
