// Before the integration tests: the built server, and one Postgres for all of them, embedded in a temporary folder or at
// TEST_DATABASE_URL, and on it one migrated database to copy.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { migrateDatabase } from '@keytrail/server/base/migrate';
import type { TestProject } from 'vitest/node';
import { prepareServer } from '../../server/bin/bootstrap.mjs';
import { copyDatabase } from './database-copy.ts';
import { findFreePort } from './free-port.ts';
import { makeTempDir } from './temp-dir.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of the server on which every test makes databases of its own. */
    postgresUrl: string;
    /** True when that server is the embedded one, started here. */
    ownServer: boolean;
    /** The name of a database on it that is migrated and holds nothing. */
    migratedDatabase: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await prepareServer();
  const server = await openServer();
  const migrated = await copyDatabase(server.url, 'template0');
  await migrateDatabase(migrated.url);
  project.provide('postgresUrl', server.url);
  project.provide('ownServer', server.own);
  project.provide('migratedDatabase', new URL(migrated.url).pathname.slice(1));
  return async () => {
    await migrated.drop();
    await server.close();
  };
}

async function openServer(): Promise<{ url: string; own: boolean; close: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') return { url: given, own: false, close: async () => undefined };
  const folder = await makeTempDir();
  const server = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: () => undefined,
    loopbackPort: await findFreePort(),
  });
  const close = async () => {
    await server.stop();
    await folder.remove();
  };
  return { url: server.url, own: true, close };
}
