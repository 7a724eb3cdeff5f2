// Which credential an agent means, and the grant that speaks for it.

import { AppError } from '@keytrail/shared/errors';
import { and, asc, desc, eq } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, grants } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';

export interface Granted {
  readonly credential: CredentialRow;
  /** The newest grant of this agent for it, standing or not; null when there never was one. */
  readonly grant: typeof grants.$inferSelect | null;
}

/**
 * Finds the credential that service and label name. Standing grants decide between several; when none stands, an
 * ended grant explains the refusal best, and one candidate alone may be named without any. Null when nothing can be
 * named. Throws `credential_ambiguous` when several granted ones fit.
 */
export async function findGranted(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  request: { service: string; label?: string | undefined },
): Promise<Granted | null> {
  const rows = await tx
    .select({ credential: credentials, grant: grants })
    .from(credentials)
    .leftJoin(
      grants,
      and(
        eq(grants.accountId, credentials.accountId),
        eq(grants.credentialId, credentials.id),
        eq(grants.agentId, agent.agentId),
      ),
    )
    .where(
      and(
        eq(credentials.accountId, agent.accountId),
        eq(credentials.service, request.service),
        request.label === undefined ? undefined : eq(credentials.label, request.label),
      ),
    )
    .orderBy(desc(grants.createdAt), desc(grants.id));
  const standing = rows.filter(({ grant }) => grant !== null && stands(grant, ctx.nowMs()));
  if (standing.length > 1) throw toAmbiguous(standing.map(({ credential }) => credential.label));
  const ended = rows.find(({ grant }) => grant !== null);
  const only = new Set(rows.map(({ credential }) => credential.id)).size === 1 ? rows[0] : undefined;
  return standing[0] ?? ended ?? only ?? null;
}

/** Everything that this agent holds a standing grant for, by service and label. */
export function listGranted(ctx: Context, agent: AgentPrincipal) {
  return withAccount(ctx.db, agent.accountId, async (tx) => {
    const rows = await tx
      .select({ credential: credentials, grant: grants })
      .from(grants)
      .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
      .where(and(eq(grants.accountId, agent.accountId), eq(grants.agentId, agent.agentId)))
      .orderBy(asc(credentials.service), asc(credentials.label));
    return rows.filter(({ grant }) => stands(grant, ctx.nowMs()));
  });
}

function stands(grant: typeof grants.$inferSelect, nowMs: number): boolean {
  return grant.revokedAt === null && (grant.expiresAt === null || grant.expiresAt.getTime() > nowMs);
}

function toAmbiguous(labels: string[]): AppError {
  const names = labels.map((label) => JSON.stringify(label)).join(', ');
  return new AppError('credential_ambiguous', {
    message: `${labels.length} granted credentials fit`,
    public: `Several credentials of this service are granted; say which by its label: ${names}.`,
  });
}
