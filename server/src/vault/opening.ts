// Opens what was allowed to leave, and says what its event is. Who may import this is in `test/rules.test.ts`: nothing leaves
// before that event is durable.

import { AppError, errorFaces } from '@keytrail/shared/errors';
import type { EventDraft } from '@keytrail/shared/event';
import { append } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import type { Denied } from './denial.ts';
import { fail } from './failure.ts';
import { findStale, type Renewed, type Stale, toRefreshTie, verifyFresh } from './fresh-token.ts';
import type { Judged, Tie } from './judge-call.ts';
import { openField } from './open-field.ts';
import { isTokenDue } from './refresh-due.ts';
import { findValidUntil, toReleasedValues, toSealedNames, verifyReleasable } from './release.ts';
import { isHeldByWebhook } from './webhook-held.ts';
import { prepareTicket } from './webhook-opening.ts';
import type { WebhookLink } from './webhook-rows.ts';

/** What is about to leave, and the event that must be durable before. */
export interface Opened {
  readonly outcome: 'opened';
  readonly values: Record<string, string>;
  /** Of one-time codes: when they end; null for what lasts, and for what the webhook gives out. */
  readonly validUntil: string | null;
  /** Holds the values in place of this server. */
  readonly webhook: WebhookLink | null;
  readonly draft: EventDraft;
}

/** A use that nothing stands in the way of. */
export type Allowed = Pick<Judged, 'row' | 'fields' | 'decision' | 'draft'>;

/**
 * Opens the fields of a use, or finds their token stale. Throws, once it is recorded, what keeps them from being opened or
 * from being of use.
 */
export async function openForUse(
  ctx: Context,
  judged: Allowed,
  renewed: Renewed | null,
  tie: Tie | null = null,
): Promise<Opened | Stale | Denied> {
  const { row, fields, draft } = judged;
  if (isHeldByWebhook(row)) return prepareTicket(ctx, judged, renewed, tie);
  const type = draft.source === 'direct' ? 'secret_access' : 'agent_access';
  const used = { ...draft, ...toRefreshTie(row, draft, renewed), ...tie, type } as const;
  const stale = findStale(ctx, { row, fields, draft: used }, renewed);
  if (stale !== null) return stale;
  await verifyFresh(ctx, { row, fields, draft: used }, renewed);
  const released = await openFields(ctx, row, fields).catch((error: unknown) =>
    fail(ctx, row.accountId, { ...used, fields }, error),
  );
  const names = Object.keys(released.values);
  return { outcome: 'opened', ...released, webhook: null, draft: { ...used, outcome: 'ok', fields: names } };
}

/**
 * Opens the fields of a use that is as usual as can be; null where anything about it needs another look. Nothing of it is
 * recorded here.
 */
export async function openReady(ctx: Context, { row, fields, draft }: Allowed): Promise<Opened | null> {
  if (isHeldByWebhook(row) || (fields.includes('accessToken') && isTokenDue(row, ctx.nowMs()))) return null;
  try {
    const released = await openFields(ctx, row, fields);
    const type = draft.source === 'direct' ? 'secret_access' : 'agent_access';
    return {
      outcome: 'opened',
      ...released,
      webhook: null,
      draft: { ...draft, type, outcome: 'ok', fields: Object.keys(released.values) },
    };
  } catch {
    return null;
  }
}

/** What the event says of a credential on its way to the owner's webhook. */
export interface Moving {
  readonly row: CredentialRow;
  readonly draft: EventDraft;
}

/** A move that is stuck is tried again every few seconds; that a box does not open is told once in so long. */
const toldMs = 3_600_000;

/** Opens every secret field of a credential that moves to the owner's webhook; its event is durable before they leave. */
export async function openForMove(ctx: Context, { row, draft }: Moving): Promise<Record<string, string>> {
  const fields = Object.keys(row.sealed);
  let values: Record<string, string>;
  try {
    values = Object.fromEntries(fields.map((name) => [name, openField(ctx, row, name) ?? '']));
  } catch (error) {
    const note = error instanceof AppError ? error.public : errorFaces.secret_unreadable.sentence;
    const failed: EventDraft = { ...draft, fields, title: 'Not sent to the webhook', outcome: 'failed', note };
    await append(ctx, row.accountId, failed, [{ key: `move ${row.id}`, usesMax: 1, windowMs: toldMs }]);
    throw error;
  }
  await append(ctx, row.accountId, { ...draft, fields });
  return values;
}

/** Async so that whatever it throws, also over a seed that is none, is caught where the access is recorded. */
async function openFields(
  ctx: Context,
  row: CredentialRow,
  fields: string[],
): Promise<Pick<Opened, 'values' | 'validUntil'>> {
  verifyReleasable(row, fields);
  const opened: Record<string, string> = {};
  for (const field of toSealedNames(row.kind, fields, Object.keys(row.public))) {
    const value = openField(ctx, row, field);
    if (value !== null) opened[field] = value;
  }
  const nowMs = ctx.nowMs();
  return {
    values: toReleasedValues(row.kind, fields, opened, row.public, nowMs),
    validUntil: findValidUntil(row.kind, fields, opened, nowMs),
  };
}
