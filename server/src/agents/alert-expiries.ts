// Credentials about to expire: found by the clock rather than by an event, and said twice, 14 and 3 days before.

import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import { tellAccounts } from './alert-accounts.ts';
import { type AlertDraft, toCause } from './alert-draft.ts';
import { makeMarks } from './alert-marks.ts';
import { storeAlerts } from './alert-store.ts';
import { toTimeWords } from './time-words.ts';

interface Due {
  readonly account_id: string;
  readonly credential_id: string;
  /** Names the credential, its expiry and how near that is. */
  readonly mark: string;
  readonly days: number;
}

/** Tells every owner whose credentials expire soon. Safe on several nodes at once: a mark is made by one of them. */
export async function noteExpiringCredentials(ctx: Context): Promise<void> {
  const due = await ctx.db.raw<Due[]>`
    select account_id, credential_id, mark, days from credentials_about_to_expire(${new Date(ctx.nowMs()).toISOString()})`;
  await tellAccounts(ctx, due, (tx, accountId, own) => noteAccount(tx, ctx, accountId, own));
}

async function noteAccount(tx: Transaction, ctx: Context, accountId: string, due: readonly Due[]): Promise<void> {
  const marks = due.map(({ mark }) => mark);
  const mine = await makeMarks(tx, ctx, accountId, marks);
  const ids = due.filter(({ mark }) => mine.has(mark)).map((row) => row.credential_id);
  if (ids.length === 0) return;
  const { id, service, label, expiresAt } = credentials;
  const rows = await tx
    .select({ id, service, label, expiresAt })
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), inArray(credentials.id, ids)))
    .orderBy(asc(credentials.expiresAt));
  const daysOf = new Map(due.map((row) => [row.credential_id, row.days]));
  await storeAlerts(
    tx,
    ctx,
    accountId,
    rows.flatMap((row) => toDrafts(row, daysOf.get(row.id) ?? 0)),
  );
}

interface Expiring {
  readonly id: string;
  readonly service: string;
  readonly label: string;
  readonly expiresAt: Date | null;
}

/** None where the expiry was taken away meanwhile. */
function toDrafts({ id, service, label, expiresAt }: Expiring, days: number): AlertDraft[] {
  if (expiresAt === null) return [];
  return [
    {
      kind: 'credential_expiring',
      cause: toCause('credential_expiring', id),
      subject: label,
      sentence: `${service} (${label}) expires within ${days} days, at ${toTimeWords(expiresAt.getTime())}.`,
      agentId: null,
      proxyId: null,
      credentialId: id,
      eventId: null,
      filter: { credentialIds: [id] },
    },
  ];
}
