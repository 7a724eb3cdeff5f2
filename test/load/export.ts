// What an export of a million events costs the server in memory: the growth of its process over its own baseline, while
// a reader takes CSV and then JSON Lines as fast as they come. The server is a process of its own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import { createClient } from '../kit/client.ts';
import { signUp } from '../kit/people.ts';
import { seedEvents } from '../kit/seed-events.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const growthMibMax = 64;
const sampleEveryMs = 50;

const folder = await makeTempDir();
// Adopted by the server, and used by the seeding beside it.
const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
try {
  const server = await startServerProcess({ KEYTRAIL_DATA_DIR: folder.path });
  try {
    const { session } = await signUp(server.url);
    const { accountId } = await createClient(server.url, session).account.me.query();
    const startedAt = Date.now();
    await seedEvents(postgres.connection, accountId, count, toDraft);
    console.log(`${count} events seeded in ${toSeconds(startedAt)} s`);
    const pid = server.child.pid ?? 0;
    // The first answers load code and open connections, which is no cost of the export's size.
    await exportEvents(server.url, session, 'csv', { services: ['absent'] });
    const figures: Record<string, number> = {};
    const growths: number[] = [];
    for (const format of ['csv', 'jsonl'] as const) {
      const { events, seconds, growthMib, headSeconds } = await measure(server.url, session, format, pid);
      growths.push(growthMib);
      figures[`events_per_s_${format}`] = Math.round(events / (seconds - headSeconds));
      figures[`head_s_${format}`] = Number(headSeconds.toFixed(2));
      figures[`mib_growth_${format}`] = Number(growthMib.toFixed(1));
      console.log(`${format}: ${events} events in ${seconds.toFixed(1)} s, grown by ${growthMib.toFixed(1)} MiB`);
    }
    figures.peak_mib_growth = Number(Math.max(...growths).toFixed(1));
    console.log(JSON.stringify({ bench: 'export', figures, limits: { peak_mib_growth: growthMibMax } }));
    if (figures.peak_mib_growth > growthMibMax) process.exitCode = 1;
  } finally {
    await server.kill('SIGTERM');
  }
} finally {
  await postgres.stop();
  await folder.remove();
}

async function measure(url: string, session: string, format: 'csv' | 'jsonl', pid: number) {
  const baselineMib = readResidentMib(pid);
  let peakMib = baselineMib;
  const sampling = setInterval(() => {
    peakMib = Math.max(peakMib, readResidentMib(pid));
  }, sampleEveryMs);
  try {
    const startedAt = performance.now();
    const { announced, lines, headSeconds } = await exportEvents(url, session, format, {});
    const events = lines - (format === 'csv' ? 1 : 0);
    if (events !== announced || events < count) throw new Error(`${events} events of ${announced} in ${format}`);
    return { events, headSeconds, seconds: (performance.now() - startedAt) / 1000, growthMib: peakMib - baselineMib };
  } finally {
    clearInterval(sampling);
  }
}

/** Counts line breaks; no value of an event holds one. */
async function exportEvents(url: string, session: string, format: 'csv' | 'jsonl', filter: object) {
  const startedAt = performance.now();
  const answer = await fetch(`${url}/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
    body: JSON.stringify({ format, filter }),
  });
  if (!answer.ok || answer.body === null) throw new Error(`refused: ${await answer.text()}`);
  const headSeconds = (performance.now() - startedAt) / 1000;
  let lines = 0;
  for await (const chunk of answer.body) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return { announced: Number(answer.headers.get('x-keytrail-event-count')), lines, headSeconds };
}

function readResidentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(join('/proc', String(pid), 'status'), 'utf8'))?.[1];
  return Number(kib) / 1024;
}

function toDraft(n: number): EventDraft {
  const denied = n % 10 === 0;
  return {
    type: denied ? 'policy_denied' : 'agent_access',
    action: 'fetch',
    source: 'agent',
    outcome: denied ? 'denied' : 'ok',
    title: `agent-${n % 40}`,
    service: `service-${n % 25}`,
    credentialId: `019aa000-0000-7000-8000-${String(n % 60).padStart(12, '0')}`,
    credentialLabel: `label ${n % 60}`,
    fields: ['value'],
    agentId: `019aa000-0000-7000-8000-${String(100 + (n % 40)).padStart(12, '0')}`,
    agentName: `agent-${n % 40}`,
    client: 'nodejs',
    clientIp: `192.0.2.${n % 250}`,
    userAgent: 'node',
    reason: `Opens issue ${n} and answers it`,
    ...(denied ? { rule: 'grant_missing' as const } : {}),
  };
}

function toSeconds(startedAt: number): string {
  return ((Date.now() - startedAt) / 1000).toFixed(0);
}
