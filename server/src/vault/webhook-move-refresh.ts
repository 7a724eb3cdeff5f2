// A move and a refresh keep out of each other's way: a token that is renewed while it moves would end where nobody looks for it.

import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { type CredentialRow, getCredential } from './credentials.ts';
import { WebhookError } from './webhook-call.ts';

/** Throws where a new token may be about to be stored on the side that the credential leaves. */
export function verifyNotRefreshing(ctx: Context, { refresh }: CredentialRow): void {
  const attempt = refresh?.attempt ?? null;
  if (attempt === null || Date.parse(attempt.leaseUntil) <= ctx.nowMs()) return;
  throw new WebhookError('refused', 'refreshing', 'A token is being refreshed; the move goes on in a moment.');
}

/** The row, locked; null for what was edited or refreshed on the way, which is moved again, and for what was deleted. */
export async function findUnchanged(tx: Transaction, row: CredentialRow): Promise<CredentialRow | null> {
  const now = await getCredential(tx, row.accountId, row.id, 'for update').catch(() => null);
  if (now === null || (now.refresh?.attempt?.id ?? null) !== (row.refresh?.attempt?.id ?? null)) return null;
  return JSON.stringify(now.sealed) === JSON.stringify(row.sealed) ? now : null;
}
