// Which credential an agent means, the grant that speaks for it, and what else its request is decided by.

import { type CredentialKind, releasableFields } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, desc, eq, inArray, or, type SQL } from 'drizzle-orm';
import { type Attached, selectAttached } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, grants, policyAttachments } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import type { Bounds } from './facts.ts';

/** What one request of an agent is decided by, as it was at one moment. */
export interface AgentLoad extends Pick<Bounds, 'vaultLocked'> {
  readonly granted: readonly Granted[];
  /** The policies of the agent and of every credential that the request may mean. */
  readonly attached: readonly Attached[];
}

/** Loads what an agent's request is decided by. */
export function loadForAgent(
  ctx: Context,
  agent: AgentPrincipal,
  request: { service: string; label?: string | undefined },
): Promise<AgentLoad> {
  const meant = and(
    eq(credentials.accountId, agent.accountId),
    eq(credentials.service, request.service),
    request.label === undefined ? undefined : eq(credentials.label, request.label),
  );
  return withAccount(ctx.db, agent.accountId, async (tx) => {
    const areMeant = inArray(
      policyAttachments.targetId,
      tx.select({ id: credentials.id }).from(credentials).where(meant),
    );
    // Sent at once: the connection answers them in one go.
    const [granted, attached, vaultLocked] = await Promise.all([
      findGranted(tx, ctx, agent, meant),
      selectAttached(
        tx,
        agent.accountId,
        or(isOf({ kind: 'agent', id: agent.agentId }), and(eq(policyAttachments.targetKind, 'credential'), areMeant)),
      ),
      isVaultLocked(tx, agent.accountId),
    ]);
    return { granted, attached, vaultLocked };
  });
}

type GrantRow = typeof grants.$inferSelect;

export interface Granted {
  readonly credential: CredentialRow;
  /** The newest grant of this agent for it, standing or not; null when there never was one. */
  readonly grant: GrantRow | null;
}

/**
 * Finds what the request means: several, when that many standing grants fit; else the one that stands, an ended
 * one, which explains the refusal best, or the only candidate, granted or not; else none.
 */
async function findGranted(
  tx: Transaction,
  ctx: Context,
  agent: AgentPrincipal,
  meant: SQL | undefined,
): Promise<Granted[]> {
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
    .where(meant)
    .orderBy(desc(grants.createdAt), desc(grants.id));
  const standing = rows.filter(({ grant }) => grant !== null && stands(grant, ctx.nowMs()));
  if (standing.length > 0) return standing;
  const ended = rows.find(({ grant }) => grant !== null);
  const only = new Set(rows.map(({ credential }) => credential.id)).size === 1 ? rows[0] : undefined;
  const named = ended ?? only;
  return named === undefined ? [] : [named];
}

/** A credential as an agent that was granted it sees it. */
export interface GrantedSummary {
  readonly service: string;
  readonly label: string;
  readonly kind: CredentialKind;
  /** What the grant releases of it. */
  readonly fields: readonly string[];
  /** Null: until revoked. */
  readonly expiresAt: string | null;
}

/** Everything that this agent holds a standing grant for, by service and label. */
export function listGranted(ctx: Context, agent: AgentPrincipal): Promise<GrantedSummary[]> {
  return withAccount(ctx.db, agent.accountId, async (tx) => {
    const rows = await tx
      .select({ credential: credentials, grant: grants })
      .from(grants)
      .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
      .where(and(eq(grants.accountId, agent.accountId), eq(grants.agentId, agent.agentId)))
      .orderBy(asc(credentials.service), asc(credentials.label));
    return rows.filter(({ grant }) => stands(grant, ctx.nowMs())).map(toGrantedSummary);
  });
}

function toGrantedSummary({ credential, grant }: { credential: CredentialRow; grant: GrantRow }): GrantedSummary {
  const kind = credential.kind as CredentialKind; // Written from a CredentialInput only.
  const fields = releasableFields(kind, Object.keys(credential.sealed), credential.public);
  return {
    service: credential.service,
    label: credential.label,
    kind,
    fields: grant.fields === null ? fields : fields.filter((field) => grant.fields?.includes(field)),
    expiresAt: grant.expiresAt?.toISOString() ?? null,
  };
}

function stands(grant: GrantRow, nowMs: number): boolean {
  return grant.revokedAt === null && (grant.expiresAt === null || grant.expiresAt.getTime() > nowMs);
}

/** The error that asks which of several was meant. Only for an agent that may use them all. */
export function toAmbiguous(granted: readonly Granted[]): AppError {
  const labels = granted.map(({ credential }) => credential.label);
  const names = labels.map((label) => JSON.stringify(label)).join(', ');
  return new AppError('credential_ambiguous', {
    message: `${labels.length} granted credentials fit`,
    public: `Several credentials of this service are granted; say which by its label: ${names}.`,
  });
}
