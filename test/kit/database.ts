// A database of its own for each test, on the server that the global setup started.

import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import type {} from './global-setup.ts';

export interface TestDatabase {
  /** The owner's address, as DATABASE_URL takes it. */
  readonly url: string;
  /** Drops the database, ending whatever connections are left. */
  drop(): Promise<void>;
}

/** Makes an empty database under a new name. Roles belong to the whole server and are shared with other tests. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `keytrail_test_${randomBytes(6).toString('hex')}`;
  await onServer((sql) => sql`create database ${sql(name)} template template0`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer((sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

async function onServer(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(inject('postgresUrl'), { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
