// A grant that the owner gives by themselves, or in answer to another request, is the answer to every request of its agent
// that it is enough for: whoever waits has it with the grant, and nothing is left whose answer would replace it.

import { releasableFields } from '@keytrail/shared/credential';
import { and, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { Change } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { accessRequests, type credentials, type grants } from '../base/schema.ts';
import { toFulfilment } from './access-request-events.ts';
import type { AccessRequestRow } from './access-request-store.ts';
import { toPlace } from './approval-answers.ts';

/** A grant as it is given, and what of its credential it releases. */
export interface GivenGrant extends Pick<typeof grants.$inferSelect, 'id' | 'agentId' | 'fields' | 'expiresAt'> {
  readonly credential: Pick<typeof credentials.$inferSelect, 'id' | 'service' | 'label' | 'kind' | 'sealed' | 'public'>;
}

/**
 * Answers what the agent, which the caller has locked, waits for and now has, and says what the log is to say of each, under
 * the correlation id that it was asked with.
 */
export async function fulfilAccessRequests(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  given: GivenGrant,
): Promise<Change[]> {
  const now = new Date(ctx.nowMs());
  const ofAccount = eq(accessRequests.accountId, owner.accountId);
  const { service, label } = given.credential;
  const named = await tx
    .select()
    .from(accessRequests)
    .where(
      and(
        ofAccount,
        eq(accessRequests.agentId, given.agentId),
        eq(accessRequests.service, service),
        or(isNull(accessRequests.label), eq(accessRequests.label, label)),
        eq(accessRequests.status, 'waiting'),
        gt(accessRequests.expiresAt, now),
      ),
    )
    .orderBy(accessRequests.id)
    .for('update');
  const ids = named.filter((row) => isEnough(given, row)).map(({ id }) => id);
  if (ids.length === 0) return [];
  const granted = await tx
    .update(accessRequests)
    .set({
      status: 'granted',
      answeredAt: now,
      answeredFrom: toPlace(owner.requester),
      grantId: given.id,
      grantedDuration: given.expiresAt === null ? 'until_revoked' : null,
    })
    .where(and(ofAccount, inArray(accessRequests.id, ids)))
    .returning();
  return granted.map((row) => toFulfilment(row, given));
}

/** As for what an agent holds already: all that it named, or whatever there is. */
function isEnough({ credential, fields }: GivenGrant, asked: AccessRequestRow): boolean {
  const releasable = releasableFields(credential.kind, Object.keys(credential.sealed), credential.public);
  return (asked.fields ?? []).every((field) => releasable.includes(field) && (fields?.includes(field) ?? true));
}
