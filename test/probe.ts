import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import postgres from 'postgres';
const size = process.argv[2];
let rec = false; const notes: string[] = [];
const pg = await startEmbeddedPostgres({ dataDir: '/var/tmp/keytrail-bench/'+size, log: () => {} });
const A = '019aa001-0000-7000-8000-000000000000';
const sql = postgres({...pg.connection, max:1, onnotice: (n) => { const m=n.message.replace(/\s+/g,' '); if (rec) notes.push(m.match(/duration: ([\d.]+)/)![1] + ' ' + (m.match(/Query Text: (.{60})/)?.[1] ?? '') + ' B' + ((m.match(/Buffers: shared hit=(\d+)(?: read=(\d+))?/)?.slice(1).map(x=>x??0).join('+')) ?? '')) }});
await sql.unsafe(`load 'auto_explain'; set auto_explain.log_min_duration=0; set auto_explain.log_analyze=on; set auto_explain.log_nested_statements=on; set auto_explain.log_buffers=on; set auto_explain.log_level='notice'; set role keytrail_app; set keytrail.account_id='${A}'`);
const nulls = { types: 'null', sources: 'null', services:'null', agents:'null', creds:'null', prox:'null', pol:'null', outcomes:'null', clients:'null', rules:'null', ranges:'null', wanted:'null' };
async function q(over: Record<string,string>, dir='older', low="-infinity", high='infinity') {
  const a = Object.values({ ...nulls, ...over }).join(',');
  const run = () => sql.unsafe(`select line from search_events_${dir}('${A}', '${low}', '${high}', 50, ${a})`);
  for (let i=0;i<3;i++) await run();
  notes.length=0; rec = true; const t=performance.now(); const rows = await run(); const ms=performance.now()-t; rec=false;
  console.log('##', JSON.stringify(over), dir, rows.length, ms.toFixed(1)); for (const n of notes) console.log('   ', n);
}
console.log(await sql`select count(*) facets, sum(count) n from event_facets where account_id=${A}`);
for (const w of ["bot-3","label 7","example.com","deploys release 12","build 777","ticket","nothing like it"]) { await q({wanted:`'${w}'`}); await q({wanted:`'${w}'`, clients: "'{mcp_python}'"}); await q({wanted:`'${w}'`, agents: "'{019aa002-0000-7000-8000-000000000020}'"},"older","-infinity","2026-10-10"); }
await sql.end(); await pg.stop(); process.exit(0);
