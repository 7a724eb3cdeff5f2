// Credentials as their owner keeps them: stored sealed, listed without secrets, changed under a version.

import {
  type CredentialInput,
  type CredentialKind,
  type CredentialSummary,
  credentialInput,
  secretStandIn,
} from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { endAttachments } from '../agents/attachments.ts';
import { endGrants } from '../agents/standing.ts';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { findCode, type Transaction, withAccount } from '../base/db.ts';
import { credentials } from '../base/schema.ts';
import type { CredentialPatch } from './credential-patch.ts';
import { completePatch } from './key-facts.ts';
import { creation, toNamed, toNewRow } from './new-credential.ts';
import { restingState, toRefreshSummary } from './refresh-due.ts';
import { sealFields } from './sealing.ts';

export type CredentialRow = typeof credentials.$inferSelect;

export function listCredentials(ctx: Context, owner: OwnerPrincipal): Promise<CredentialSummary[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    // The boxes stay in the database: a list needs their names only.
    const { sealed: _sealed, ...columns } = getTableColumns(credentials);
    const secretFields = sql<string[]>`array(select jsonb_object_keys(${credentials.sealed}))`;
    const rows = await tx
      .select({ ...columns, secretFields })
      .from(credentials)
      .where(eq(credentials.accountId, owner.accountId))
      .orderBy(asc(credentials.service), asc(credentials.label));
    return rows.map(toSummary);
  });
}

export function createCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  input: CredentialInput,
): Promise<CredentialSummary> {
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  return changeCredential(ctx, owner, async (tx) => ({
    row: await insertCredential(tx, ctx, owner, id, input),
    ...creation,
  }));
}

/** The row of a new credential, in a transaction that records it. */
export async function insertCredential(
  tx: Transaction,
  ctx: Context,
  { accountId }: OwnerPrincipal,
  id: string,
  input: CredentialInput,
): Promise<CredentialRow> {
  const [row] = await tx
    .insert(credentials)
    .values(toNewRow(ctx, accountId, id, input))
    .returning();
  return verifyFound(row, id);
}

/**
 * Changes the members that the patch names, provided the credential is still at the version that the owner saw.
 * Secrets that the patch leaves out stay sealed as they are.
 */
export function updateCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  given: CredentialPatch,
): Promise<CredentialSummary> {
  return changeCredential(ctx, owner, async (tx) => {
    const old = await getCredential(tx, owner.accountId, given.id, 'for update');
    if (old.version !== given.version) {
      throw new AppError('conflict', { message: `credential ${given.id} is at ${old.version}, not ${given.version}` });
    }
    const patch = completePatch(old, given);
    const version = old.version + 1;
    const secrets = { ...patch.secret, ...(patch.notes === undefined ? {} : { notes: patch.notes }) };
    const sealed = { ...old.sealed };
    const fields = Object.entries(secrets).flatMap(([field, value]) =>
      value !== null || Object.hasOwn(old.sealed, field) ? [field] : [],
    );
    for (const [field, value] of Object.entries(secrets)) if (value === null) delete sealed[field];
    Object.assign(sealed, sealFields(ctx, { accountId: owner.accountId, credentialId: patch.id, version }, secrets));
    const whole = parseWhole(old, patch, Object.keys(sealed));
    const [row] = await tx
      .update(credentials)
      .set({
        ...(patch.service === undefined ? {} : { service: patch.service }),
        ...(patch.label === undefined ? {} : { label: patch.label }),
        ...(patch.tags === undefined ? {} : { tags: patch.tags }),
        ...(patch.expiresAt === undefined
          ? {}
          : { expiresAt: patch.expiresAt === null ? null : new Date(patch.expiresAt) }),
        public: whole.public,
        sealed,
        version,
        // Other tokens, or another way to renew them: what was known of the old ones holds no more.
        ...(old.kind === 'oauth' && (fields.length > 0 || patch.public !== undefined)
          ? { refresh: { ...restingState, attempt: old.refresh?.attempt ?? null } }
          : {}),
        updatedAt: new Date(ctx.nowMs()),
      })
      .where(isCredential(owner.accountId, patch.id))
      .returning();
    return {
      row: verifyFound(row, patch.id),
      action: 'update',
      title: 'Credential changed',
      ...(fields.length === 0 ? {} : { fields }),
    };
  });
}

/**
 * Removes a credential with its secrets, grants and attached policies, each of which the log names. Its events stay,
 * under the label it had. Locked first: nothing is given or attached between what is named and the removal.
 */
export async function removeCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { id: string },
): Promise<{ id: string }> {
  await changeCredential(ctx, owner, async (tx) => {
    const row = await getCredential(tx, owner.accountId, input.id, 'for update');
    const along = [
      ...(await endGrants(tx, ctx, owner.accountId, { credentialId: input.id })),
      ...(await endAttachments(tx, owner.accountId, { kind: 'credential', id: input.id })),
    ];
    await tx.delete(credentials).where(isCredential(owner.accountId, input.id));
    return { row, along, action: 'delete', title: 'Credential deleted' };
  });
  return input;
}

/** The row as stored, sealed. Throws `not_found` outside the account. */
export async function getCredential(
  tx: Transaction,
  accountId: string,
  id: string,
  lock?: 'for update',
): Promise<CredentialRow> {
  const query = tx.select().from(credentials).where(isCredential(accountId, id));
  const [row] = lock === undefined ? await query : await query.for('update');
  return verifyFound(row, id);
}

type Changed = { row: CredentialRow; along?: Change[] } & Pick<Change, 'action' | 'title' | 'fields'>;

/** Carries out a change and records it, both or neither. */
export async function changeCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  work: (tx: Transaction) => Promise<Changed>,
): Promise<CredentialSummary> {
  try {
    return await withAccount(ctx.db, owner.accountId, async (tx) => {
      const { row, along, ...change } = await work(tx);
      await recordChanges(tx, ctx, owner, { ...change, ...toNamed(row) }, along);
      return toSummary({ ...row, secretFields: Object.keys(row.sealed) });
    });
  } catch (error) {
    if (findCode(error) !== '23505') throw error;
    throw new AppError('conflict', {
      message: 'service and label taken',
      public: 'A credential of this service and label exists already; choose another label.',
      cause: error,
    });
  }
}

/**
 * The credential as it will be: after a patch it must still be a whole one of its kind. Of the secrets that stay sealed
 * it matters that they exist, not what they are.
 */
function parseWhole(old: CredentialRow, patch: CredentialPatch, secretFields: string[]): CredentialInput {
  const given = new Map(Object.entries(patch.secret ?? {}));
  const secret = Object.fromEntries(
    secretFields.filter((field) => field !== 'notes').map((field) => [field, given.get(field) ?? secretStandIn]),
  );
  const parsed = credentialInput.safeParse({
    kind: old.kind,
    service: patch.service ?? old.service,
    label: patch.label ?? old.label,
    tags: patch.tags ?? old.tags,
    public: patch.public ?? old.public,
    secret,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('invalid_input', {
    message: `patch of ${old.id} makes it no ${old.kind}`,
    public: `${issue?.path.join('.')}: ${issue?.message}`,
  });
}

function verifyFound(row: CredentialRow | undefined, id: string): CredentialRow {
  if (row === undefined) throw new AppError('not_found', { message: `no credential ${id}` });
  return row;
}

function isCredential(accountId: string, id: string) {
  return and(eq(credentials.accountId, accountId), eq(credentials.id, id));
}

/** Without its secrets. */
export function toSummary(row: Omit<CredentialRow, 'sealed'> & { secretFields: string[] }): CredentialSummary {
  return {
    id: row.id,
    kind: row.kind as CredentialKind, // Written by createCredential only, which takes a CredentialInput.
    service: row.service,
    label: row.label,
    tags: row.tags,
    public: row.public as CredentialInput['public'], // As above.
    secretFields: row.secretFields.toSorted(),
    refresh: toRefreshSummary(row, row.secretFields),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
