// Marks of what a word was said about: made once, by whichever node is first.

import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { alertMarks } from '../base/schema.ts';

/** The marks among these that were not there before. Only who makes a mark says the word. */
export async function makeMarks(
  tx: Transaction,
  ctx: Pick<Context, 'nowMs'>,
  accountId: string,
  marks: readonly string[],
): Promise<ReadonlySet<string>> {
  const markedAt = new Date(ctx.nowMs());
  const made = await tx
    .insert(alertMarks)
    // In one order on every node, so that none waits for another in a circle.
    .values([...marks].sort().map((mark) => ({ accountId, mark, markedAt })))
    .onConflictDoNothing()
    .returning({ mark: alertMarks.mark });
  return new Set(made.map(({ mark }) => mark));
}
