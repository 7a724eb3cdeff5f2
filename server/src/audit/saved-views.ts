// Filters of the audit log that a person has named, kept with the account so that every device has them.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { and, asc, count, eq, ne } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { savedViews } from '../base/schema.ts';

export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** The page's search params, `?types=…`; whoever opens it reads it as untrusted. */
  readonly search: string;
  readonly createdAt: string;
}

const viewsMax = 100;

/** By name. */
export function listViews(ctx: Context, owner: { accountId: string }): Promise<SavedView[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const rows = await tx
      .select()
      .from(savedViews)
      .where(eq(savedViews.accountId, owner.accountId))
      .orderBy(asc(savedViews.name));
    return rows.map(toView);
  });
}

/** Saves a view; one of the same name is replaced. */
export function saveView(
  ctx: Context,
  owner: { accountId: string },
  input: { name: string; search: string },
): Promise<SavedView> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const [held] = await tx
      .select({ count: count() })
      .from(savedViews)
      .where(and(eq(savedViews.accountId, owner.accountId), ne(savedViews.name, input.name)));
    if ((held?.count ?? 0) >= viewsMax) {
      throw new AppError('conflict', {
        message: 'too many saved views',
        public: `There are ${viewsMax} saved views already. Delete one first.`,
      });
    }
    const createdAt = new Date(ctx.nowMs());
    const [row] = await tx
      .insert(savedViews)
      .values({ accountId: owner.accountId, id: mintUuid(ctx.nowMs(), ctx.randomBytes), ...input, createdAt })
      .onConflictDoUpdate({
        target: [savedViews.accountId, savedViews.name],
        set: { search: input.search },
      })
      .returning();
    if (row === undefined) throw new Error('an upsert returns its row');
    return toView(row);
  });
}

/** Removes a view; removing one that is gone already is fine. */
export function removeView(ctx: Context, owner: { accountId: string }, id: string): Promise<void> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await tx.delete(savedViews).where(and(eq(savedViews.accountId, owner.accountId), eq(savedViews.id, id)));
  });
}

function toView(row: typeof savedViews.$inferSelect): SavedView {
  return { id: row.id, name: row.name, search: row.search, createdAt: row.createdAt.toISOString() };
}
