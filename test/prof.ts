import { append, carryOutAppends, mintBody } from '@keytrail/server/audit/append';
import { rollUp } from '@keytrail/server/audit/roll-up';
import { readConfig } from '@keytrail/server/base/config';
import { openDatabase } from '@keytrail/server/base/db';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { GroupCommit } from '@keytrail/server/base/group-commit';
import { KeyedQueue } from '@keytrail/server/base/keyed-queue';
import { createLog } from '@keytrail/server/base/log';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { createRandomSource } from '@keytrail/server/base/random';
import { Wakeups } from '@keytrail/server/base/wakeups';
import { mintUuid } from '@keytrail/shared/ids';
import { canonicalize } from '@keytrail/shared/canonical';
import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
const pg = await startEmbeddedPostgres({ dataDir: '/tmp/prof-data', log: () => {} });
await migrateDatabase(pg.connection);
const db = openDatabase(pg.connection);
const config = readConfig({ KEYTRAIL_LOG_LEVEL: 'silent' });
const ctx: any = { config, log: createLog(config), db, masterKeys: { newest: 1, byVersion: new Map() },
  appends: new GroupCommit({ carryOut: (items: any) => carryOutAppends(db, items), keyOf: ({ accountId, body }: any) => `${accountId} ${body.id}`, batchMax: 500, batchesUnderWayMax: 2 }),
  rollUps: new KeyedQueue((a) => process.env.NOROLL ? Promise.resolve() : rollUp(db, a)), wakeups: new Wakeups(), stopping: new AbortController().signal, nowMs: Date.now, randomBytes: createRandomSource() };
const draft: any = { type: 'agent_access', action: 'fetch', source: 'agent', outcome: 'ok', title: 'deploy-bot', service: 'github', credentialId: '019aa000-0000-7000-8000-000000000001', credentialLabel: 'main', fields: ['value'], agentId: '019aa000-0000-7000-8000-000000000002', agentName: 'deploy-bot', client: 'nodejs', clientIp: '192.0.2.1', userAgent: 'node' };
const N = Number(process.argv[2] ?? 1000), W = Number(process.argv[3] ?? 128);
const ids = Array.from({ length: N }, () => mintUuid(Date.now(), ctx.randomBytes));
async function run(sec: number) { const end = performance.now() + sec*1000; let n=0; const w = async () => { while (performance.now() < end) { await append(ctx, ids[Math.floor(Math.random()*N)]!, draft); n++; } }; const cpu = process.cpuUsage(); const t=performance.now(); await Promise.all(Array.from({length: W}, w)); const c = process.cpuUsage(cpu); console.log(Math.round(n/((performance.now()-t)/1000)), 'ev/s; node cpu us/ev', ((c.user+c.system)/n).toFixed(1)); }
await run(2);
{ let t=performance.now(); for (let i=0;i<20000;i++) mintBody(ctx, draft); console.log('mint us', ((performance.now()-t)/20).toFixed(1)); const b = mintBody(ctx, draft); t=performance.now(); for (let i=0;i<20000;i++) canonicalize({...b}); console.log('canon us', ((performance.now()-t)/20).toFixed(1)); }
const s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.start');
await run(5);
const { profile } = await s.post('Profiler.stop'); writeFileSync('/tmp/p.cpuprofile', JSON.stringify(profile));
await ctx.rollUps.stop(); await db.close(); await pg.stop(); process.exit(0);
