// The owner's answer to a request for a grant: the first of several devices decides. Where it is yes, the grant is made in
// the same transaction, of the credential that the owner chose, whatever the agent called it.

import { type AccessRequestSummary, type GrantChoice, toGrantEnd } from '@keytrail/shared/access-request';
import type { AccessAnswer } from '@keytrail/shared/access-request-schema';
import { releasableFields } from '@keytrail/shared/credential';
import { mintUuid } from '@keytrail/shared/ids';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { accessRequests, credentials } from '../base/schema.ts';
import { recordRefusal, recordRefused } from './access-request-events.ts';
import { expireAccessRequest } from './access-request-expiry.ts';
import {
  type AccessRequestRow,
  getAccessRequest,
  isAccessRequest,
  toAccessRequestSummary,
} from './access-request-store.ts';
import { lockAgent } from './agents.ts';
import { toPlace } from './approval-answers.ts';
import { giveGrant } from './grants.ts';

/** `decided` is false where another device, or the time limit, was faster; the request then says how it ended. */
export async function answerAccessRequest(
  ctx: Context,
  owner: OwnerPrincipal,
  given: AccessAnswer,
): Promise<{ decided: boolean; request: AccessRequestSummary }> {
  const { accountId } = owner;
  const answered = await withAccount(ctx.db, accountId, async (tx) => {
    const asked = await getAccessRequest(tx, accountId, given.id);
    // Before the row, as whoever asks does: in one order nobody waits in a circle.
    await lockAgent(tx, accountId, asked.agentId);
    const grantId = given.answer === 'grant' ? mintUuid(ctx.nowMs(), ctx.randomBytes) : null;
    const row = await writeAnswer(tx, ctx, owner, given, grantId);
    if (row !== undefined) await carryOut(tx, ctx, owner, given, row);
    return row;
  });
  if (answered !== undefined) return { decided: true, request: toAccessRequestSummary(answered) };
  await expireAccessRequest(ctx, accountId, given.id);
  const row = await withAccount(ctx.db, accountId, (tx) => getAccessRequest(tx, accountId, given.id));
  return { decided: false, request: toAccessRequestSummary(row) };
}

async function writeAnswer(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  given: AccessAnswer,
  grantId: string | null,
): Promise<AccessRequestRow | undefined> {
  const now = new Date(ctx.nowMs());
  const [row] = await tx
    .update(accessRequests)
    .set({
      status: given.answer === 'grant' ? 'granted' : 'denied',
      answeredAt: now,
      answeredFrom: toPlace(owner.requester),
      note: given.note ?? null,
      grantId,
      grantedDuration: given.answer === 'grant' ? given.duration : null,
    })
    .where(
      and(
        isAccessRequest(owner.accountId, given.id),
        eq(accessRequests.status, 'waiting'),
        gt(accessRequests.expiresAt, now),
      ),
    )
    .returning();
  return row;
}

async function carryOut(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  given: AccessAnswer,
  row: AccessRequestRow,
): Promise<void> {
  if (given.answer === 'deny' || row.grantId === null) {
    await recordRefusal(tx, ctx, owner, row);
    await recordRefused(tx, ctx, row);
    return;
  }
  const { credentialId, fields, duration } = given;
  const expiresAt = toGrantEnd(duration, ctx.nowMs());
  const grant = { agentId: row.agentId, credentialId, fields, expiresAt, reasonRequired: false };
  const tie = { correlationId: row.correlationId, ...(row.note === null ? {} : { note: row.note }) };
  await giveGrant(tx, ctx, owner, grant, { id: row.grantId, ...tie });
}

const choicesMax = 500;

/** What the owner may answer with: the credentials that the agent's words fit, then the rest of the service, then all others. */
export function listGrantChoices(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<GrantChoice[]> {
  const { accountId } = owner;
  return withAccount(ctx.db, accountId, async (tx) => {
    const { service, label } = await getAccessRequest(tx, accountId, id);
    const isNamed = sql`${credentials.service} = ${service} and ${label === null ? sql`true` : sql`${credentials.label} = ${label}`}`;
    const rows = await tx
      .select()
      .from(credentials)
      .where(eq(credentials.accountId, accountId))
      .orderBy(
        sql`${isNamed} desc`,
        sql`${credentials.service} = ${service} desc`,
        asc(credentials.service),
        asc(credentials.label),
      )
      .limit(choicesMax);
    return rows.map((row) => ({
      credentialId: row.id,
      service: row.service,
      label: row.label,
      fields: releasableFields(row.kind, Object.keys(row.sealed), row.public),
      isNamed: row.service === service && (label === null || row.label === label),
    }));
  });
}
