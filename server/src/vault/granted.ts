// Which credential an agent means, and the grant that speaks for it.

import { type CredentialKind, releasableFields } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { and, asc, eq } from 'drizzle-orm';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { credentials, grants } from '../base/schema.ts';
import type { Granted } from './agent-call.ts';
import type { CredentialRow } from './credentials.ts';

type GrantRow = typeof grants.$inferSelect;

/**
 * Which of those named a request means: several, when that many standing grants fit; else the one that stands, an ended
 * one, which explains the refusal best, or the only candidate, granted or not; else none.
 */
export function selectMeant(named: readonly Granted[], nowMs: number): readonly Granted[] {
  const standing = named.filter(({ grant }) => grant !== null && stands(grant, nowMs));
  if (standing.length > 0) return standing;
  const ended = named.find(({ grant }) => grant !== null);
  const only = new Set(named.map(({ credential }) => credential.id)).size === 1 ? named[0] : undefined;
  const meant = ended ?? only;
  return meant === undefined ? [] : [meant];
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
export async function listGranted(ctx: Context, agent: AgentPrincipal): Promise<GrantedSummary[]> {
  return (await listHeld(ctx, agent)).map(({ granted }) => granted);
}

export interface Held {
  readonly grantId: string;
  readonly granted: GrantedSummary;
}

/** The same, each with its grant. */
export function listHeld(ctx: Context, agent: AgentPrincipal): Promise<Held[]> {
  return withAccount(ctx.db, agent.accountId, (tx) => selectHeld(tx, ctx, agent));
}

export async function selectHeld(tx: Transaction, ctx: Context, agent: AgentPrincipal): Promise<Held[]> {
  const rows = await tx
    .select({ credential: credentials, grant: grants })
    .from(grants)
    .innerJoin(credentials, and(eq(credentials.accountId, grants.accountId), eq(credentials.id, grants.credentialId)))
    .where(and(eq(grants.accountId, agent.accountId), eq(grants.agentId, agent.agentId)))
    .orderBy(asc(credentials.service), asc(credentials.label));
  return rows
    .filter(({ grant }) => stands(grant, ctx.nowMs()))
    .map((row) => ({ grantId: row.grant.id, granted: toGrantedSummary(row) }));
}

function toGrantedSummary({ credential, grant }: { credential: CredentialRow; grant: GrantRow }): GrantedSummary {
  const fields = releasableFields(credential.kind, Object.keys(credential.sealed), credential.public);
  return {
    service: credential.service,
    label: credential.label,
    kind: credential.kind,
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
