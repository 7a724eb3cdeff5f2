// What a command about master keys works with: the database in two roles, the keys, and somebody to tell.

import type { Sql } from 'postgres';
import type { Config } from '../base/config.ts';
import { ConfigError } from '../base/config.ts';
import { connect, type Database, findCode, openDatabase } from '../base/db.ts';
import { isDistributed } from '../base/distribution.ts';
import { createKeySources } from '../base/key-sources.ts';
import { Keyring, type KeySources } from '../base/keyring.ts';
import { keyChannel } from '../base/keyring-follower.ts';
import { verifyMigrated } from '../base/migrate.ts';
import { withOperatorDatabase } from '../base/operator-database.ts';
import { createRandomSource } from '../base/random.ts';

export interface Rotation {
  readonly config: Config;
  /** As the app: for what is recorded. */
  readonly db: Database;
  /** As the role that may exchange boxes, of every account, and see nothing else of them. */
  readonly sql: Sql;
  readonly sources: KeySources;
  readonly keyring: Keyring;
  readonly say: (line: string) => void;
  nowMs(): number;
  clockTurnMs(): number;
  randomBytes(length: number): Uint8Array;
}

/** Opens everything for the length of one command. */
export async function withRotation<T>(
  config: Config,
  say: (line: string) => void,
  work: (rotation: Rotation) => Promise<T>,
): Promise<T> {
  return withOperatorDatabase(config, async (target) => {
    await verifyMigrated(target);
    const db = openDatabase(target, { distributed: await isDistributed(target) });
    const sql = connect(target, {
      max: 2,
      role: 'keytrail_rotation',
      idleTimeout: null,
      settings: { lock_timeout: '5s' },
    });
    const sources = await createKeySources(config);
    try {
      await verifyRole(sql);
      const nowMs = Date.now;
      const log = { error: () => {} }; // What is missing is said where it matters.
      const keyring = await Keyring.open({ sql: db.raw, sources, log, nowMs });
      const randomBytes = createRandomSource();
      return await work({ config, db, sql, sources, keyring, say, nowMs, clockTurnMs: () => 0, randomBytes });
    } finally {
      sources.kms?.close();
      await sql.end({ timeout: 5 });
      await db.close();
    }
  });
}

async function verifyRole(sql: Sql): Promise<void> {
  try {
    await sql`select`;
  } catch (cause) {
    if (!['22023', '42704', '42501'].includes(findCode(cause) ?? '')) throw cause;
    throw new ConfigError(
      'DATABASE_URL must name a user who was granted keytrail_rotation, such as the one who migrates.',
      {
        cause,
      },
    );
  }
}

/** One command at a time changes keys; ends with its connection, however that ends. */
export async function withRotationLock<T>({ sql }: Pick<Rotation, 'sql'>, work: () => Promise<T>): Promise<T> {
  const connection = await sql.reserve();
  try {
    const [row] = await connection<{ taken: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended('keytrail.rotation', 0)) as taken`;
    if (row?.taken !== true) throw new ConfigError('Another command is at work on the master key: wait for it to end.');
    return await work();
  } finally {
    await connection`select pg_advisory_unlock_all()`.catch(() => {}); // Gone with its connection anyway.
    connection.release();
  }
}

/** Has every server look its keys up at once. */
export async function callServers({ sql }: Pick<Rotation, 'sql'>): Promise<void> {
  await sql`select pg_notify(${keyChannel}, '')`;
}
