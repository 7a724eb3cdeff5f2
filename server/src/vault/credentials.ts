// Credentials as their owner keeps them: stored sealed, listed without secrets, changed under a version.

import {
  type CredentialInput,
  type CredentialSummary,
  credentialInput,
  secretStandIn,
} from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { endApprovals } from '../agents/approval-end.ts';
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
import { verifyTokenAddress } from './token-address.ts';
import { callWebhook } from './webhook-call.ts';
import { isHeldByWebhook, isHeldRow } from './webhook-held.ts';
import { findWebhook, findWebhookLink } from './webhook-rows.ts';

export type CredentialRow = typeof credentials.$inferSelect;

export function listCredentials(ctx: Context, owner: OwnerPrincipal): Promise<CredentialSummary[]> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    // The boxes stay in the database: a list needs their names only.
    const { sealed: _sealed, ...columns } = getTableColumns(credentials);
    const secretFields = sql<string[]>`array(select jsonb_object_keys(${credentials.sealed}))`;
    const rows = await tx
      .select({ ...columns, secretFields, held: isHeldRow() })
      .from(credentials)
      .where(eq(credentials.accountId, owner.accountId))
      .orderBy(asc(credentials.service), asc(credentials.label));
    return rows.map(toListed);
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
  await verifyKeptHere(tx, accountId);
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
    const old = await getAtVersion(tx, owner.accountId, given);
    const patch = completePatch(old, given);
    const version = old.version + 1;
    const secrets = { ...patch.secret, ...(patch.notes === undefined ? {} : { notes: patch.notes }) };
    if (isHeldByWebhook(old) && Object.keys(secrets).length > 0) throw toKeptElsewhere();
    const sealed = { ...old.sealed };
    const fields = Object.entries(secrets).flatMap(([field, value]) =>
      value !== null || Object.hasOwn(old.sealed, field) ? [field] : [],
    );
    for (const [field, value] of Object.entries(secrets)) if (value === null) delete sealed[field];
    Object.assign(sealed, sealFields(ctx, { accountId: owner.accountId, credentialId: patch.id, version }, secrets));
    return {
      row: await writePatch(tx, ctx, old, patch, sealed, fields),
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
  const { row: removed } = await changeAndRecord(ctx, owner, async (tx) => {
    const row = await getCredential(tx, owner.accountId, input.id, 'for update');
    const along = [
      ...(await endGrants(tx, ctx, owner.accountId, { credentialId: input.id })),
      ...(await endApprovals(tx, ctx, owner.accountId, { credentialId: input.id })),
      ...(await endAttachments(tx, owner.accountId, { kind: 'credential', id: input.id })),
    ];
    await tx.delete(credentials).where(isCredential(owner.accountId, input.id));
    return { row, along, action: 'delete', title: 'Credential deleted' };
  });
  if (isHeldByWebhook(removed)) void forgetAtWebhook(ctx, owner.accountId, input.id);
  return input;
}

/** Nobody can ask for it any more, so nobody waits; what a webhook that is away keeps is its owner's to remove. */
async function forgetAtWebhook(ctx: Context, accountId: string, credentialId: string): Promise<void> {
  try {
    const link = await findWebhookLink(ctx, accountId);
    if (link !== null) await callWebhook(ctx, link, 'remove', { credentialIds: [credentialId] }, webhookAnswers.remove);
  } catch (error) {
    ctx.log.warn({ error, credentialId }, 'a deleted credential may still lie at the webhook');
  }
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

/** The row of a credential that is still at the version that an edit was made from, locked. */
export async function getAtVersion(
  tx: Transaction,
  accountId: string,
  { id, version }: { id: string; version: number },
): Promise<CredentialRow> {
  const row = await getCredential(tx, accountId, id, 'for update');
  if (row.version === version) return row;
  throw new AppError('conflict', { message: `credential ${id} is at ${row.version}, not ${version}` });
}

/** Writes what a patch says beside secrets, and the sealed fields as given; the next version. `fields`: which of them are new. */
export async function writePatch(
  tx: Transaction,
  ctx: Context,
  old: CredentialRow,
  patch: CredentialPatch,
  sealed: CredentialRow['sealed'],
  fields: readonly string[],
): Promise<CredentialRow> {
  const whole = parseWhole(old, patch, Object.keys(sealed));
  verifyTokenAddress(old, patch.public, fields);
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
      version: old.version + 1,
      // Other tokens, or another way to renew them: what was known of the old ones holds no more.
      ...(old.kind === 'oauth' && (fields.length > 0 || patch.public !== undefined)
        ? { refresh: { ...restingState, attempt: old.refresh?.attempt ?? null } }
        : {}),
      updatedAt: new Date(ctx.nowMs()),
    })
    .where(isCredential(old.accountId, old.id))
    .returning();
  return verifyFound(row, old.id);
}

type Changed = { row: CredentialRow; along?: Change[] } & Pick<
  Change,
  'action' | 'title' | 'fields' | 'note' | 'correlationId'
>;

/** Carries out a change and records it, both or neither. */
export async function changeCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  work: (tx: Transaction) => Promise<Changed>,
): Promise<CredentialSummary> {
  return toSummary((await changeAndRecord(ctx, owner, work)).row);
}

/** The same, with the row and the event of the change. A service and label that are taken are a conflict. */
export async function changeAndRecord(
  ctx: Context,
  owner: OwnerPrincipal,
  work: (tx: Transaction) => Promise<Changed>,
): Promise<{ row: CredentialRow; event: AuditEvent }> {
  try {
    return await withAccount(ctx.db, owner.accountId, async (tx) => {
      const { row, along, ...change } = await work(tx);
      return { row, event: await recordChanges(tx, ctx, owner, { ...change, ...toNamed(row) }, along) };
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

/**
 * Where the vault lives on the owner's webhook, no new secret may come here. Held until the transaction ends, so that no secret is
 * stored here behind a switch.
 */
export async function verifyKeptHere(tx: Transaction, accountId: string): Promise<void> {
  if ((await findWebhook(tx, accountId, 'share'))?.mode === 'webhook') throw toKeptElsewhere();
}

/** For a secret on its way to the wrong vault. */
export function toKeptElsewhere(): AppError {
  return new AppError('conflict', {
    message: 'secret for a vault in webhook mode',
    public: 'This vault lives on your webhook: its secrets go there, and never through Keytrail.',
  });
}

/** Without its secrets. */
export function toSummary(row: CredentialRow): CredentialSummary {
  return toListed({ ...row, secretFields: Object.keys(row.sealed), held: isHeldByWebhook(row) });
}

type Listed = Omit<CredentialRow, 'sealed'> & { secretFields: string[]; held: boolean };

function toListed(row: Listed): CredentialSummary {
  return {
    id: row.id,
    kind: row.kind,
    service: row.service,
    label: row.label,
    tags: row.tags,
    // Whoever stores it has it from the schema of its kind, and from providers what they say of their tokens.
    public: row.public as CredentialInput['public'],
    secretFields: row.secretFields.toSorted(),
    refresh: toRefreshSummary(row, row.secretFields),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}
