// What an owner is shown of their webhook: bound or not, well or not, which vault holds how much.

import { and, eq } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { credentials, type RefreshWay } from '../base/schema.ts';
import { toRefreshWay } from './refresh-way.ts';
import { isHeldRow } from './webhook-held.ts';
import { findWebhook, type WebhookRow } from './webhook-rows.ts';

export interface WebhookState {
  /** Where new secrets go, and where all belong. */
  readonly mode: 'platform' | 'webhook';
  readonly bound: {
    readonly url: string;
    readonly boundAt: string;
    /** When it was last called, and since when it does not answer as it should; null: it does. */
    readonly checkedAt: string | null;
    readonly failingSince: string | null;
    readonly lastFault: string | null;
    /** What it offers, as it said last. */
    readonly capabilities: readonly string[];
    /** Whether its owner lets Keytrail exchange refresh tokens that it holds, and who renews them as it stands; null: nobody. */
    readonly mediated: boolean;
    readonly refresh: RefreshWay | null;
  } | null;
  /** A code that waits for its webhook. */
  readonly offer: { readonly url: string; readonly expiresAt: string } | null;
  /** Credentials whose secrets lie here, and at the webhook. */
  readonly here: number;
  readonly held: number;
  /** Credentials are on their way to where they belong; null when none are. */
  readonly move: { readonly error: string | null } | null;
}

export async function readWebhookState(tx: Transaction, ctx: Context, accountId: string): Promise<WebhookState> {
  const row = await findWebhook(tx, accountId);
  const held = await countHeld(tx, accountId);
  const all = await tx.$count(credentials, eq(credentials.accountId, accountId));
  return {
    mode: row?.mode ?? 'platform',
    bound: row === undefined ? null : toBound(row),
    offer: row === undefined ? null : toOffer(row, ctx.nowMs()),
    here: all - held,
    held,
    move: row === undefined || row.moveId === null ? null : { error: row.moveError },
  };
}

/** How many credentials the webhook holds. */
export function countHeld(tx: Transaction, accountId: string): Promise<number> {
  return tx.$count(credentials, and(eq(credentials.accountId, accountId), isHeldRow()));
}

function toOffer({ offerUrl, codeExpiresAt }: WebhookRow, nowMs: number): WebhookState['offer'] {
  if (offerUrl === null || codeExpiresAt === null || codeExpiresAt.getTime() <= nowMs) return null;
  return { url: offerUrl, expiresAt: codeExpiresAt.toISOString() };
}

function toBound(row: WebhookRow): WebhookState['bound'] {
  const { url, boundAt } = row;
  if (url === null || boundAt === null) return null;
  return {
    url,
    boundAt: boundAt.toISOString(),
    checkedAt: row.checkedAt?.toISOString() ?? null,
    failingSince: row.failingSince?.toISOString() ?? null,
    lastFault: row.lastFault,
    capabilities: row.capabilities,
    mediated: row.mediated,
    refresh: toRefreshWay(row),
  };
}
