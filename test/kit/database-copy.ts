// A database that is a copy of another.

import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

export interface TestDatabase {
  /** The owner's address, as DATABASE_URL takes it. */
  readonly url: string;
  /** Drops the database, ending whatever connections are left. */
  drop(): Promise<void>;
}

/** On the server of `serverUrl`, a superuser's address; nobody may be connected to the one that is copied. */
export async function copyDatabase(serverUrl: string, template: string): Promise<TestDatabase> {
  const name = `keytrail_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, (sql) => sql`create database ${sql(name)} template ${sql(template)}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer(serverUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

async function onServer(serverUrl: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
