// Grants: which agent may use which credential, until when, and which of its fields.

import type { GrantInput, GrantSummary } from '@keytrail/shared/agent';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agents, credentials, grants, useCounters } from '../base/schema.ts';
import { fulfilAccessRequests, type GivenGrant } from './access-request-fulfilment.ts';
import { lockAgent } from './agents.ts';
import { endApprovals } from './approval-end.ts';
import { verifyEnd, verifyFields } from './grant-limits.ts';

/** Grants of the account, of one agent or of one credential; newest first, revoked ones included. */
export function listGrants(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { agentId?: string | undefined; credentialId?: string | undefined },
): Promise<GrantSummary[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) =>
    (await selectGrants(tx, owner.accountId, input)).map(toSummary),
  );
}

/**
 * Grants a credential to an agent. A standing grant of the same pair is revoked: the new one replaces it. What the agent has
 * asked for and has by it is answered.
 */
export function createGrant(ctx: Context, owner: OwnerPrincipal, input: GrantInput): Promise<GrantSummary> {
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  return withAccount(ctx.db, owner.accountId, (tx) => giveGrant(tx, ctx, owner, input, { id }));
}

/** The same within a change that leads to it, whose words go into its event. Call it last: it holds the log's head. */
export async function giveGrant(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  input: GrantInput,
  { id, ...tie }: { readonly id: string } & Tie,
): Promise<GrantSummary> {
  const now = new Date(ctx.nowMs());
  if (input.expiresAt !== null) verifyEnd(Date.parse(input.expiresAt), ctx.nowMs());
  const credential = await verifyBothExist(tx, owner.accountId, input);
  if (input.fields !== null) verifyFields(credential, input.fields);
  const [replaced] = await tx
    .update(grants)
    // One that has run out ended then, and is replaced by nothing.
    .set({ revokedAt: sql`least(${now.toISOString()}::timestamptz, ${grants.expiresAt})` })
    .where(
      and(
        eq(grants.accountId, owner.accountId),
        eq(grants.agentId, input.agentId),
        eq(grants.credentialId, input.credentialId),
        isNull(grants.revokedAt),
      ),
    )
    .returning({ id: grants.id, expiresAt: grants.expiresAt });
  const given = {
    id,
    agentId: input.agentId,
    fields: input.fields,
    expiresAt: input.expiresAt === null ? null : new Date(input.expiresAt),
  };
  await tx.insert(grants).values({
    ...given,
    accountId: owner.accountId,
    credentialId: input.credentialId,
    reasonRequired: input.reasonRequired,
    createdAt: now,
  });
  const answered = await fulfilAccessRequests(tx, ctx, owner, { ...given, credential });
  if (replaced !== undefined && (replaced.expiresAt === null || replaced.expiresAt > now)) {
    const ended = await endApprovals(tx, ctx, owner.accountId, { grantId: replaced.id });
    await recordGrantChange(tx, ctx, owner, replaced.id, 'revoke', 'Grant replaced', tie, ended);
  }
  return recordGrantChange(tx, ctx, owner, id, 'create', 'Grant given', tie, answered);
}

/** What ties a grant's event to the request that it answers. */
type Tie = Pick<Change, 'correlationId' | 'note'>;

/** Ends a grant with this answer. One that was revoked or has run out stays as it is. */
export function revokeGrant(ctx: Context, owner: OwnerPrincipal, input: { id: string }): Promise<GrantSummary> {
  const now = new Date(ctx.nowMs());
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    const stands = and(isNull(grants.revokedAt), or(isNull(grants.expiresAt), gt(grants.expiresAt, now)));
    const revoked = await tx
      .update(grants)
      .set({ revokedAt: now })
      .where(and(eq(grants.accountId, owner.accountId), eq(grants.id, input.id), stands))
      .returning({ id: grants.id });
    if (revoked.length === 0) {
      const [ended] = await selectGrants(tx, owner.accountId, { id: input.id });
      if (ended === undefined) throw new AppError('not_found', { message: `no grant ${input.id}` });
      return toSummary(ended);
    }
    const ended = await endApprovals(tx, ctx, owner.accountId, { grantId: input.id });
    return recordGrantChange(tx, ctx, owner, input.id, 'revoke', 'Grant revoked', {}, ended);
  });
}

async function recordGrantChange(
  tx: Transaction,
  ctx: Context,
  owner: OwnerPrincipal,
  id: string,
  action: 'create' | 'revoke',
  title: string,
  tie: Tie = {},
  along: readonly Change[] = [],
): Promise<GrantSummary> {
  const [row] = await selectGrants(tx, owner.accountId, { id });
  if (row === undefined) throw new AppError('internal', { message: `grant ${id} vanished in its own transaction` });
  const change = {
    action,
    title,
    ...tie,
    grantId: id,
    agentId: row.grant.agentId,
    agentName: row.agentName,
    service: row.service,
    credentialId: row.grant.credentialId,
    credentialLabel: row.label,
    ...(row.grant.fields === null ? {} : { fields: row.grant.fields }),
  };
  await recordChanges(tx, ctx, owner, change, along);
  return toSummary(row);
}

async function verifyBothExist(
  tx: Transaction,
  accountId: string,
  input: GrantInput,
): Promise<GivenGrant['credential']> {
  await lockAgent(tx, accountId, input.agentId);
  const [credential] = await tx
    .select({
      id: credentials.id,
      service: credentials.service,
      label: credentials.label,
      kind: credentials.kind,
      sealed: credentials.sealed,
      public: credentials.public,
    })
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), eq(credentials.id, input.credentialId)))
    // Against its removal, which takes the credential before its grants, too: in one order nobody waits in a circle.
    .for('key share');
  if (credential === undefined) throw new AppError('not_found', { message: `no credential ${input.credentialId}` });
  return credential;
}

function selectGrants(
  tx: Transaction,
  accountId: string,
  by: { id?: string; agentId?: string | undefined; credentialId?: string | undefined },
) {
  return tx
    .select({
      grant: grants,
      service: credentials.service,
      label: credentials.label,
      agentName: agents.name,
      uses: useCounters.uses,
      lastUsedAt: useCounters.lastUsedAt,
    })
    .from(grants)
    .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
    .innerJoin(agents, and(eq(agents.accountId, grants.accountId), eq(agents.id, grants.agentId)))
    .leftJoin(
      useCounters,
      and(eq(useCounters.accountId, grants.accountId), eq(useCounters.key, sql`'grant ' || ${grants.id}`)),
    )
    .where(
      and(
        eq(grants.accountId, accountId),
        by.id === undefined ? undefined : eq(grants.id, by.id),
        by.agentId === undefined ? undefined : eq(grants.agentId, by.agentId),
        by.credentialId === undefined ? undefined : eq(grants.credentialId, by.credentialId),
      ),
    )
    .orderBy(desc(grants.createdAt), desc(grants.id));
}

function toSummary(row: Awaited<ReturnType<typeof selectGrants>>[number]): GrantSummary {
  const { grant } = row;
  return {
    id: grant.id,
    agentId: grant.agentId,
    credentialId: grant.credentialId,
    service: row.service,
    label: row.label,
    fields: grant.fields,
    reasonRequired: grant.reasonRequired,
    createdAt: grant.createdAt.toISOString(),
    expiresAt: grant.expiresAt?.toISOString() ?? null,
    revokedAt: grant.revokedAt?.toISOString() ?? null,
    uses: row.uses ?? 0,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
