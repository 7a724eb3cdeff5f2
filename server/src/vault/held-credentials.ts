// Credentials of a vault that lives on the owner's webhook: here are their names and whatever is not secret; the secrets go from
// the owner's extension to the webhook, by a ticket that covers these fields and no others.

import {
  type CredentialSummary,
  credentialInput,
  credentialKinds,
  fieldName,
  secretStandIn,
  service,
} from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { line } from '@keytrail/shared/text';
import type { TicketRedirect } from '@keytrail/shared/webhook-protocol';
import { z } from 'zod';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { credentials, type SealedField } from '../base/schema.ts';
import { credentialPatch } from './credential-patch.ts';
import {
  type CredentialRow,
  changeAndRecord,
  getAtVersion,
  getCredential,
  toSummary,
  writePatch,
} from './credentials.ts';
import { isWebhookUp } from './webhook-check.ts';
import { isHeldByWebhook } from './webhook-held.ts';
import { findWebhook, getWebhookLink, type WebhookLink } from './webhook-rows.ts';
import { toTicketRedirect, verifyTicketable } from './webhook-ticket.ts';

const names = z
  .array(fieldName)
  .max(100)
  .refine((list) => new Set(list).size === list.length, 'must not name a field twice');

/** A credential as its owner writes it, its secret fields by name only; `notes` is one of them. */
export const heldCredentialInput = z.strictObject({
  kind: z.enum(credentialKinds),
  service,
  label: line(100),
  tags: z.array(line(50)).max(20).default([]),
  expiresAt: z.iso.datetime().nullable().default(null),
  public: z.record(z.string(), z.unknown()).default({}),
  secretFields: names.min(1),
});

/** An edit: `setFields` will be written, `removedFields` removed, by the ticket that answers it. */
export const heldCredentialPatch = credentialPatch
  .omit({ secret: true, notes: true })
  .extend({ setFields: names.default([]), removedFields: names.default([]) });

/** A change here, and the ticket for what belongs to it there. Null where no secret changes. */
export interface HeldChange {
  readonly credential: CredentialSummary;
  readonly redirect: TicketRedirect | null;
}

export async function createHeldCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  input: z.output<typeof heldCredentialInput>,
): Promise<HeldChange> {
  const { accountId } = owner;
  const link = await getStoringWebhook(ctx, accountId);
  const { public: open } = parseWhole(input);
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const now = new Date(ctx.nowMs());
  const { row, event } = await changeAndRecord(ctx, owner, async (tx) => {
    await verifyHeldThere(tx, accountId);
    await tx.insert(credentials).values({
      accountId,
      id,
      kind: input.kind,
      service: input.service,
      label: input.label,
      tags: input.tags,
      public: open,
      sealed: toHeld(input.secretFields, 1),
      version: 1,
      expiresAt: input.expiresAt === null ? null : new Date(input.expiresAt),
      createdAt: now,
      updatedAt: now,
    });
    const made = await getCredential(tx, accountId, id);
    return { row: made, action: 'create', title: 'Credential created', ...toTie(ctx) };
  });
  return toHeldChange(ctx, link, row, event, input.secretFields);
}

export async function updateHeldCredential(
  ctx: Context,
  owner: OwnerPrincipal,
  { setFields, removedFields, ...patch }: z.output<typeof heldCredentialPatch>,
): Promise<HeldChange> {
  const link = await getStoringWebhook(ctx, owner.accountId);
  const written = [...setFields, ...removedFields];
  const { row, event } = await changeAndRecord(ctx, owner, async (tx) => {
    await verifyHeldThere(tx, owner.accountId);
    const old = await getAtVersion(tx, owner.accountId, patch);
    if (!isHeldByWebhook(old)) throw toNotHeld(old.id);
    const sealed = { ...old.sealed, ...toHeld(setFields, old.version + 1) };
    for (const field of removedFields) delete sealed[field];
    const changed = await writePatch(tx, ctx, old, patch, sealed, written);
    const fields = written.length === 0 ? {} : { fields: written, ...toTie(ctx) };
    return { row: changed, action: 'update', title: 'Credential changed', ...fields };
  });
  return toHeldChange(ctx, link, row, event, written);
}

function toHeldChange(
  ctx: Context,
  link: WebhookLink,
  row: CredentialRow,
  event: Parameters<typeof toTicketRedirect>[2]['event'],
  fields: readonly string[],
): HeldChange {
  const use = { row, purpose: 'store', fields, event, version: row.version } as const;
  const redirect = fields.length === 0 ? null : toTicketRedirect(ctx, link, use, 'store');
  return { credential: toSummary(row), redirect };
}

/** The webhook, if secrets belong there and it answers: a name here without a secret there helps nobody. */
async function getStoringWebhook(ctx: Context, accountId: string): Promise<WebhookLink> {
  const link = await getWebhookLink(ctx, accountId);
  if (await isWebhookUp(ctx, link)) return link;
  throw new AppError('webhook_failed', {
    message: 'webhook down before a store',
    public: 'Your webhook does not answer, so nothing was saved. Start it, then save again.',
  });
}

/** Held until the transaction ends, so that nothing new is held behind a switch. */
async function verifyHeldThere(tx: Transaction, accountId: string): Promise<void> {
  if ((await findWebhook(tx, accountId, 'share'))?.mode === 'webhook') return;
  throw new AppError('conflict', {
    message: 'held credential in platform mode',
    public: 'This vault lives at Keytrail; save the credential there.',
  });
}

function toHeld(fields: readonly string[], version: number): Record<string, SealedField> {
  return Object.fromEntries(fields.map((field) => [field, { version, box: null }]));
}

/** What ties the event of the change to the receipt of its ticket. */
function toTie(ctx: Context) {
  return { correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes), note: 'Its secrets go to the owner’s webhook' };
}

/** Checks that the names make a whole credential of its kind; what the values are, nobody here knows. */
function parseWhole({ secretFields, ...input }: z.output<typeof heldCredentialInput>) {
  verifyTicketable(secretFields);
  const secret = Object.fromEntries(
    secretFields.filter((field) => field !== 'notes').map((field) => [field, secretStandIn]),
  );
  const parsed = credentialInput.safeParse({ ...input, secret });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('invalid_input', {
    message: `no whole ${input.kind}`,
    public: `${issue?.path.join('.')}: ${issue?.message}`,
  });
}

function toNotHeld(id: string): AppError {
  return new AppError('conflict', {
    message: `credential ${id} is not held by the webhook`,
    public: 'This credential is not on your webhook yet; wait until it has moved there, then edit it.',
  });
}
