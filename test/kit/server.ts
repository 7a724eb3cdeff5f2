// A real server in this process, on a database of its own, with a clock that can be turned.

import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '@keytrail/server/app';
import { readConfig } from '@keytrail/server/base/config';
import { connect, type StatementListener } from '@keytrail/server/base/db';
import { noteDistributed } from '@keytrail/server/base/distribution';
import type { KeySources } from '@keytrail/server/base/keyring';
import { createLog } from '@keytrail/server/base/log';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import { type Client, createClient } from './client.ts';
import { createMigratedDatabase } from './database.ts';
import { toKeySources } from './key-sources.ts';
import { signUp } from './people.ts';

export interface TestServer {
  readonly url: string;
  readonly databaseUrl: string;
  /** What a server in a process of its own needs to stand beside this one. */
  readonly variables: Record<string, string>;
  readonly app: App;
  /** Everything that was logged so far, as text. */
  readonly logged: () => string;
  /** Moves the clock of its nodes forward. */
  advance(ms: number): void;
  /** A new account and a client that speaks for it. */
  createOwner(): Promise<Owner>;
  /** One more server on the same database. */
  startNode(): Promise<App>;
  stop(): Promise<void>;
}

export interface Owner {
  readonly email: string;
  readonly session: string;
  readonly client: Client;
}

/**
 * `jobs`: false where a job might do first, every minute, what a test is about.
 * `distributed`: works as on a cluster, though the database is one node's. KEYTRAIL_TEST_DISTRIBUTED=1 has every test's
 * server work so.
 */
export async function startTestServer(
  variables: Record<string, string> = {},
  options: { jobs?: boolean; distributed?: boolean; onStatement?: StatementListener; keys?: KeySources } = {},
): Promise<TestServer> {
  const database = await createMigratedDatabase();
  const lines: string[] = [];
  let turnMs = 0;
  const config = readConfig({
    KEYTRAIL_PORT: '0',
    KEYTRAIL_LOG_LEVEL: 'debug',
    DATABASE_URL: database.url,
    KEYTRAIL_DATA_DIR: '/nonexistent',
    ...variables,
  });
  await migrateDatabase(database.url, config.retentionDays);
  if (options.distributed ?? process.env.KEYTRAIL_TEST_DISTRIBUTED === '1') await noteAsDistributed(database.url);
  const masterKey = randomBytes(32);
  const keys = options.keys ?? toKeySources(masterKey);
  const start = () =>
    startApp({
      config,
      log: createLog(config, { write: (line) => lines.push(line) }),
      target: database.url,
      keys,
      clockTurnMs: () => turnMs,
      ...(options.jobs === false ? { startJobs: () => async () => undefined } : {}),
      ...(options.onStatement === undefined ? {} : { onStatement: options.onStatement }),
    });
  const apps = [await start()];
  const [app] = apps;
  if (app === undefined) throw new Error('unreachable');
  return {
    url: app.url,
    databaseUrl: database.url,
    variables: {
      DATABASE_URL: database.url,
      KEYTRAIL_MASTER_KEY: `1:${masterKey.toString('base64')}`,
      KEYTRAIL_DATA_DIR: join(tmpdir(), `keytrail-node-${process.pid}`),
    },
    app,
    logged: () => lines.join(''),
    advance: (ms) => {
      turnMs += ms;
    },
    createOwner: async () => {
      const { email, session } = await signUp(app.url);
      return { email, session, client: createClient(app.url, session) };
    },
    startNode: async () => {
      const node = await start();
      apps.push(node);
      return node;
    },
    stop: async () => {
      for (const running of apps) await running.stop();
      await database.drop();
    },
  };
}

async function noteAsDistributed(url: string): Promise<void> {
  const sql = connect(url, { max: 1 });
  await noteDistributed(sql);
  await sql.end();
}
