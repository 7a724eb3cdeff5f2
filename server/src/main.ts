// The process: reads the configuration, brings up the database, serves, and stops in order.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type App, startApp } from './app.ts';
import { type Config, readConfig } from './base/config.ts';
import { type DatabaseTarget, isDatabaseAway } from './base/db.ts';
import { startEmbeddedPostgres } from './base/embedded-postgres.ts';
import { createKeySources } from './base/key-sources.ts';
import { createLog, type Log } from './base/log.ts';
import { prepareMasterKeys } from './base/master-key.ts';
import { migrateDatabase, verifyMigrated } from './base/migrate.ts';
import { takeServerLock } from './base/server-lock.ts';
import { toSentence } from './sentence.ts';

// V8 lets garbage grow to several times what is in use before it collects it all; over a long export that is what a
// server would be seen to need. Here it collects when the heap has grown by this much.
setFlagsFromString('--heap-growing-percent=40');

/** Exit codes that the start script tells apart. */
const exitCodes = { ok: 0, failed: 1, alreadyRunning: 3 };

/** False once something failed that nobody awaited: the server goes on, and says so by how it ends. */
let isSound = true;

/** What must be undone when the process ends, newest first. */
const undo: (() => Promise<void>)[] = [];

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config);
  // Drivers reject promises of their own when the database goes away; every query's own promise is awaited besides.
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'unhandled rejection');
    isSound &&= isDatabaseAway(error);
  });
  const target = config.databaseUrl ?? (await startEmbedded(config, log));
  await prepareMasterKeys(config);
  if (config.migrateAtStart || config.databaseUrl === null) await migrateAtStart(config, log, target);
  else await verifyMigrated(target);
  const app = await startApp({ config, log, target, keys: await createKeySources(config) });
  undo.unshift(() => app.stop());
  await announce(config, app);
}

async function migrateAtStart(config: Config, log: Log, target: DatabaseTarget): Promise<void> {
  const { daysBefore } = await migrateDatabase(target, config.retentionDays);
  if (daysBefore === undefined) return;
  log.warn(
    { daysBefore, days: config.retentionDays },
    'the retention of events was changed by KEYTRAIL_RETENTION_DAYS',
  );
}

async function startEmbedded(config: Config, log: Log): Promise<DatabaseTarget> {
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (message, facts) => log.info(facts ?? {}, message),
  });
  const lock = await takeServerLock(postgres.connection);
  if (lock === null) {
    const running = await readFile(join(config.dataDir, 'server.json'), 'utf8').catch(() => '{}');
    const { url } = JSON.parse(running) as { url?: string };
    console.log(`Keytrail is already running${url === undefined ? '' : ` at ${url}`} on ${config.dataDir}.`);
    process.exit(exitCodes.alreadyRunning);
  }
  undo.unshift(() => postgres.stop());
  undo.unshift(() => lock.release());
  return postgres.connection;
}

async function announce(config: Config, app: App): Promise<void> {
  const facts = join(config.dataDir, 'server.json');
  await mkdir(config.dataDir, { recursive: true });
  await writeFile(facts, JSON.stringify({ pid: process.pid, url: app.url }));
  undo.unshift(() => rm(facts, { force: true }));
  console.log(
    `Keytrail is ready at ${app.url}, data in ${config.databaseUrl === null ? config.dataDir : 'DATABASE_URL'}.`,
  );
  process.send?.({ ready: true, url: app.url, dataDir: config.dataDir });
}

async function stop(code: number): Promise<never> {
  const exit = () => process.exit(isSound ? code : exitCodes.failed);
  // Stopping must not hang on a database that no longer answers.
  setTimeout(exit, 20_000).unref();
  for (const step of undo.splice(0)) await step().catch((error: unknown) => console.error(toSentence(error)));
  return exit();
}

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void stop(exitCodes.ok);
  });
}

// The script that started this server is gone: a server that nobody sees would keep the next one from starting.
if (process.channel !== undefined) process.on('disconnect', () => process.emit('SIGTERM'));

main().catch((error: unknown) => {
  console.error(toSentence(error));
  return stop(exitCodes.failed);
});
