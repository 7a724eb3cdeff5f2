// Many credentials at once, as an import brings them: in one transaction, each with its own event.

import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';
import { mintUuid } from '@keytrail/shared/ids';
import { getTableColumns } from 'drizzle-orm';
import { type Change, recordAllChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import { toSummary, verifyKeptHere } from './credentials.ts';
import { creation, toNamed, toNewRow } from './new-credential.ts';

export interface Batch {
  /** Becomes the correlation id of every event. */
  readonly importId: string;
  readonly credentials: readonly CredentialInput[];
}

/** `taken`: there is a credential of this service and label, stored before or earlier in the batch. */
export type BatchOutcome =
  | { readonly outcome: 'created'; readonly credential: CredentialSummary }
  | { readonly outcome: 'taken' };

/** Answers row by row, in their order. What is taken leaves nothing behind and no event; the rest is stored together or not at all. */
export function createCredentials(ctx: Context, owner: OwnerPrincipal, batch: Batch): Promise<BatchOutcome[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await verifyKeptHere(tx, owner.accountId);
    const values = batch.credentials.map((input) =>
      toNewRow(ctx, owner.accountId, mintUuid(ctx.nowMs(), ctx.randomBytes), input),
    );
    // In one order whoever sends them, so that two imports of the same never wait for each other in a circle.
    const ordered = values.toSorted((a, b) => compareNames([a.service, a.label], [b.service, b.label]));
    // The boxes are here already.
    const { sealed: _sealed, ...columns } = getTableColumns(credentials);
    const rows = await tx.insert(credentials).values(ordered).onConflictDoNothing().returning(columns);
    const created = new Map(rows.map((row) => [row.id, row]));
    const stored = values.map(({ id, sealed }) => {
      const row = created.get(id);
      return row === undefined ? undefined : { ...row, sealed };
    });
    const changes = stored.flatMap((row): Change[] =>
      row === undefined ? [] : [{ ...creation, ...toNamed(row), correlationId: batch.importId }],
    );
    await recordAllChanges(tx, ctx, owner, changes);
    return stored.map(
      (row): BatchOutcome =>
        row === undefined ? { outcome: 'taken' } : { outcome: 'created', credential: toSummary(row) },
    );
  });
}

function compareNames(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : Number(first > second);
}
