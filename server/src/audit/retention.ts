// What has aged out leaves the log: recorded first as an event of each account, then out of sight, then off the disk.

import type { EventDraft } from '@keytrail/shared/event';
import { sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { findCode } from '../base/db.ts';
import { appendIn } from './append.ts';

const lockTimeout = '55P03';
const dropAttempts = 20;
const dropPauseMs = 500;

interface AgedPartition extends Record<string, unknown> {
  readonly leaf: string;
  readonly end_at: string;
}

interface Prunable extends Record<string, unknown> {
  readonly account_id: string;
  readonly count: string;
  readonly first_seq: string;
  readonly last_seq: string;
}

/** Prunes and drops every partition that is older than the retention. One node does it; the others find it taken. */
export async function pruneAgedEvents(ctx: Context): Promise<void> {
  for (const { leaf, end_at } of await listAged(ctx)) {
    const prunable = await ctx.db.retention.execute<Prunable>(
      sql`select account_id, count, first_seq, last_seq from prunable_accounts(${end_at})`,
    );
    for (const account of prunable) await pruneAccount(ctx, account, end_at);
    await dropPartition(ctx, leaf);
    ctx.log.info({ leaf, accounts: prunable.length }, 'aged events pruned');
  }
}

function listAged(ctx: Context): Promise<readonly AgedPartition[]> {
  return ctx.db.retention.execute<AgedPartition>(sql`select leaf, end_at::text as end_at from aged_event_partitions()`);
}

/** The event and what it says happen together; the database refuses the one without the other. */
async function pruneAccount(ctx: Context, account: Prunable, endAt: string): Promise<void> {
  const draft: EventDraft = {
    type: 'vault_change',
    action: 'prune',
    source: 'system',
    outcome: 'ok',
    title: 'Aged events removed',
    count: Number(account.count),
    firstSeq: Number(account.first_seq),
    lastSeq: Number(account.last_seq),
    note: `Recorded before ${new Date(endAt).toISOString().slice(0, 10)}, kept for ${ctx.config.retentionDays} days`,
  };
  try {
    await ctx.db.retention.transaction(async (tx) => {
      await appendIn(tx, ctx, account.account_id, draft);
      await tx.execute(sql`select prune_events(${account.account_id}, ${endAt})`);
    });
  } catch (error) {
    // Another node was faster: its event says the same, and ours is rolled back.
    if (findCode(error) !== '42501') throw error;
  }
}

/** A reader that takes long holds a partition; every insert would queue behind us, so each try is short. */
async function dropPartition(ctx: Context, leaf: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ctx.db.retention.execute(sql`select drop_event_partition(${leaf})`);
      return;
    } catch (error) {
      if (findCode(error) !== lockTimeout || attempt === dropAttempts || ctx.stopping.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, dropPauseMs));
    }
  }
}
