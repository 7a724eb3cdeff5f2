// What has aged out leaves the log: recorded first as an event of each account, then out of sight, then off the disk.

import { canonicalize } from '@keytrail/shared/canonical';
import type { EventDraft } from '@keytrail/shared/event';
import { sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { type Database, findCode, propagateSettings } from '../base/db.ts';
import { mintBody } from './append.ts';
import { rollUp } from './roll-up.ts';

const lockTimeout = '55P03';
/** A partition holds events of an account whose log was locked. */
const notPruned = '55006';
const dropAttempts = 20;
const dropPauseMs = 500;

interface AgedPartition extends Record<string, unknown> {
  readonly leaf: string;
  /** RFC 3339 in UTC. */
  readonly end_at: string;
  readonly days: number;
}

interface Prunable extends Record<string, unknown> {
  readonly account_id: string;
  readonly count: string;
  readonly first_seq: string;
  readonly last_seq: string;
}

/**
 * Prunes and drops every partition that is older than the retention. Safe on several nodes at once, and after one that
 * died in the middle of it. What somebody holds locked is left to the next run.
 */
export async function pruneAgedEvents(ctx: Context): Promise<void> {
  for (const aged of await listAged(ctx)) {
    const accounts = await pruneAccounts(ctx, aged);
    if (ctx.stopping.aborted) return;
    if (accounts > 0) ctx.log.info({ leaf: aged.leaf, accounts }, 'aged events pruned');
    await dropPartition(ctx, aged.leaf);
  }
}

function listAged(ctx: Context): Promise<readonly AgedPartition[]> {
  return ctx.db.retention.execute<AgedPartition>(
    sql`select leaf, to_char(end_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as end_at, days from aged_event_partitions()`,
  );
}

/** Answers from how many accounts' logs this run has taken events. */
async function pruneAccounts(ctx: Context, aged: AgedPartition): Promise<number> {
  const prunable = await ctx.db.retention.execute<Prunable>(
    sql`select account_id, count, first_seq, last_seq from prunable_accounts(${aged.end_at})`,
  );
  let pruned = 0;
  for (const account of prunable) {
    if (ctx.stopping.aborted) break;
    try {
      if (await pruneAccount(ctx, account, aged)) pruned++;
    } catch (error) {
      // One log that is held locked keeps its partition, but not the others from being pruned.
      if (findCode(error) !== lockTimeout) throw error;
      ctx.log.warn({ accountId: account.account_id, leaf: aged.leaf }, 'a log is locked, pruned the next time');
    }
  }
  return pruned;
}

/** The event and what it says happen in one function: the role that prunes can do neither alone. False: done already. */
async function pruneAccount(ctx: Context, account: Prunable, aged: AgedPartition): Promise<boolean> {
  // Before the pruning, which holds the log's head: a long stretch would keep appends waiting.
  await rollUp(ctx.db, account.account_id);
  const body = canonicalize({ ...mintBody(ctx, toDraft(account, aged)) });
  const [row] = await ctx.db.retention.execute<{ done: boolean }>(
    sql`select prune_events(${account.account_id}, ${aged.end_at}, ${body}) as done`,
  );
  return row?.done ?? false;
}

function toDraft(account: Prunable, { end_at, days }: AgedPartition): EventDraft {
  return {
    type: 'vault_change',
    action: 'prune',
    source: 'system',
    outcome: 'ok',
    title: 'Aged events removed',
    count: Number(account.count),
    firstSeq: Number(account.first_seq),
    lastSeq: Number(account.last_seq),
    note: `Recorded before ${end_at.slice(0, 10)}; events are kept for ${days} ${days === 1 ? 'day' : 'days'}`,
  };
}

/** A reader that takes long holds a partition; every insert would queue behind us, so each try is short. */
async function dropPartition(ctx: Context, leaf: string): Promise<void> {
  for (let attempt = 1; attempt <= dropAttempts && !ctx.stopping.aborted; attempt++) {
    try {
      const [row] = await callDrop(ctx.db, leaf);
      if (row?.done) ctx.log.info({ leaf }, 'aged partition dropped');
      return;
    } catch (error) {
      if (findCode(error) === notPruned) return;
      if (findCode(error) !== lockTimeout) throw error;
      await new Promise((resolve) => setTimeout(resolve, dropPauseMs));
    }
  }
  ctx.log.warn({ leaf }, 'a reader holds an aged partition, dropped the next time');
}

/** On a cluster the workers have to give up as soon as the function does, and one connection each looks and drops. */
const dropSettings = [
  "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'",
  propagateSettings,
  "SET LOCAL lock_timeout TO '200ms'",
];

async function callDrop(db: Database, leaf: string): Promise<readonly { done: boolean }[]> {
  const call = sql`select drop_event_partition(${leaf}) as done`;
  if (!db.distributed) return db.retention.execute<{ done: boolean }>(call);
  return db.retention.transaction(async (tx) => {
    for (const setting of dropSettings) await tx.execute(sql.raw(setting));
    return tx.execute<{ done: boolean }>(call);
  });
}
