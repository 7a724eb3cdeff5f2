// Loads what requests are decided by, with the version of the account's settings, and keeps it for the next ones like them.

import type postgres from 'postgres';
import type { Context } from '../base/context.ts';
import type { Loaded } from '../base/recent-loads.ts';

/** Loaded for an earlier request: it holds as long as the account's settings have this version. */
export type AsOf<What> = What & { readonly settingsVersion: string };

/** In one statement, so that both are of one moment. Null where the expression is. */
export async function selectLoaded(
  ctx: Context,
  sql: postgres.ISql,
  accountId: string,
  expression: postgres.PendingQuery<postgres.Row[]>,
): Promise<Loaded | null> {
  // On a cluster the version lies with a worker, and changes there without being counted.
  const version = ctx.db.distributed ? sql`null` : sql`settings_version(${accountId})`;
  const [row] = await sql<{ text: string | null; version: string | null }[]>`
    select ${expression}::text as text, ${version}::text as version`;
  return row === undefined || row.text === null ? null : { text: row.text, settingsVersion: row.version };
}

export function keepRecent(ctx: Context, key: string, loaded: Loaded): void {
  if (loaded.settingsVersion !== null) ctx.recentLoads.set(key, loaded);
}

/** The same object each time, as long as it is kept. */
export function findRecent(ctx: Context, key: string): AsOf<Loaded> | null {
  const loaded = ctx.recentLoads.get(key);
  return loaded !== undefined && hasVersion(loaded) ? loaded : null;
}

function hasVersion(loaded: Loaded): loaded is AsOf<Loaded> {
  return loaded.settingsVersion !== null;
}
