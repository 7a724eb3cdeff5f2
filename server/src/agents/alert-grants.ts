// Grants about to end: found by the clock rather than by an event, and said once.

import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { agents, credentials, grants } from '../base/schema.ts';
import { tellAccounts } from './alert-accounts.ts';
import { type AlertDraft, toCause } from './alert-draft.ts';
import { makeMarks } from './alert-marks.ts';
import { storeAlerts } from './alert-store.ts';
import { toTimeWords } from './time-words.ts';

const hourMs = 3_600_000;

/** Tells every owner whose grants end soon. Safe on several nodes at once: a grant's mark is made by one of them. */
export async function noteEndingGrants(ctx: Context): Promise<void> {
  const due = await ctx.db.raw<{ account_id: string; grant_id: string }[]>`
    select account_id, grant_id from grants_about_to_end(${new Date(ctx.nowMs()).toISOString()})`;
  await tellAccounts(ctx, due, (tx, accountId, own) => {
    const ids = own.map((row) => row.grant_id);
    return noteAccount(tx, ctx, accountId, ids);
  });
}

async function noteAccount(tx: Transaction, ctx: Context, accountId: string, ids: readonly string[]): Promise<void> {
  const mine = await makeMarks(tx, ctx, accountId, ids.map(toMark));
  const rows = await selectStanding(tx, accountId, ids);
  const drafts = rows.filter(({ grant }) => mine.has(toMark(grant.id))).map((row) => toDraft(row, ctx.nowMs()));
  await storeAlerts(tx, ctx, accountId, drafts);
}

function toMark(grantId: string): string {
  return `grant ${grantId}`;
}

function selectStanding(tx: Transaction, accountId: string, ids: readonly string[]) {
  return tx
    .select({ grant: grants, agentName: agents.name, service: credentials.service, label: credentials.label })
    .from(grants)
    .innerJoin(agents, and(eq(agents.accountId, grants.accountId), eq(agents.id, grants.agentId)))
    .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
    .where(and(eq(grants.accountId, accountId), inArray(grants.id, [...ids]), isNull(grants.revokedAt)))
    .orderBy(grants.expiresAt);
}

function toDraft(row: Awaited<ReturnType<typeof selectStanding>>[number], nowMs: number): AlertDraft {
  const { grant, agentName, service, label } = row;
  const expiresAtMs = grant.expiresAt?.getTime() ?? nowMs;
  const within = expiresAtMs - nowMs > hourMs ? 'within a day' : 'within the hour';
  return {
    kind: 'grant_expiring',
    cause: toCause('grant_expiring', grant.id),
    subject: agentName,
    sentence: `The grant of ${service} (${label}) to ${agentName} ends ${within}, at ${toTimeWords(expiresAtMs)}.`,
    agentId: grant.agentId,
    proxyId: null,
    credentialId: grant.credentialId,
    eventId: null,
    filter: {
      agentIds: [grant.agentId],
      credentialIds: [grant.credentialId],
      from: grant.createdAt.toISOString(),
    },
  };
}
