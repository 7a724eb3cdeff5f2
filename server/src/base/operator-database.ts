// The database of an installation, for a command beside its servers: at DATABASE_URL, or the embedded one of the data folder.

import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import type { DatabaseTarget } from './db.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { takeServerLock } from './server-lock.ts';

/** An embedded Postgres that runs is left running; one that does not runs for the command only, and no server meanwhile. */
export async function withOperatorDatabase<T>(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  work: (target: DatabaseTarget) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: () => {} });
  if (postgres.adopted) return work(postgres.connection);
  const lock = await takeServerLock(postgres.connection);
  if (lock === null) throw new ConfigError('A server is just starting on this data folder: run this again.');
  try {
    return await work(postgres.connection);
  } finally {
    await lock.release();
    await postgres.stop();
  }
}
