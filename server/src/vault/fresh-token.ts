// A token that has ended is refreshed on the way to whoever asks for it. What was decided before may no longer hold after
// that, so everything is loaded and decided anew.

import type { EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import type { RefreshReason } from '@keytrail/shared/webhook-protocol';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import { fail } from './failure.ts';
import type { Draft } from './judge-call.ts';
import { type Renewal, refreshToken } from './refresh.ts';
import { isRefreshable, isTokenDue } from './refresh-due.ts';

/** A use that nothing stands in the way of but that its token has to be refreshed first. */
export interface Stale {
  readonly outcome: 'stale';
  readonly row: CredentialRow;
  readonly draft: Draft;
}

/** What was done about a stale token. */
export interface Renewed {
  readonly renewal: Renewal;
  /** Ties the event of the refresh to that of the use. */
  readonly correlationId: string;
}

type Use = Pick<Stale, 'row' | 'draft'> & { readonly fields: readonly string[] };

/** Attempts the use; where its token is stale, again once that was refreshed, or could not be. */
export async function withFreshToken<Answer extends { readonly outcome: string }>(
  ctx: Context,
  attempt: (renewed: Renewed | null) => Promise<Answer | Stale>,
): Promise<Answer> {
  const first = await attempt(null);
  if (!isStale(first)) return first;
  const second = await attempt(await renew(ctx, first));
  if (isStale(second)) throw new Error('a token was stale after it had been renewed');
  return second;
}

function isStale(answer: { readonly outcome: string }): answer is Stale {
  return answer.outcome === 'stale';
}

/** The use as stale, if it is and nothing was done about it yet. */
export function findStale(ctx: Context, { row, fields, draft }: Use, renewed: Renewed | null): Stale | null {
  if (renewed !== null || !fields.includes('accessToken') || !isTokenDue(row, ctx.nowMs())) return null;
  return isRefreshable(row, Object.keys(row.sealed)) ? { outcome: 'stale', row, draft } : null;
}

/** A use that waited for a refresh is tied to it, whoever asked for that one first, unless it is tied to something already. */
export function toRefreshTie(
  row: Pick<CredentialRow, 'refresh'>,
  draft: Pick<EventDraft, 'correlationId'>,
  renewed: Renewed | null,
): Pick<EventDraft, 'correlationId'> {
  if (renewed === null || draft.correlationId !== undefined) return {};
  return { correlationId: row.refresh?.correlationId ?? renewed.correlationId };
}

/** Throws, once it is recorded, where the token has ended and could not be renewed: it is of no use to anybody. */
export async function verifyFresh(
  ctx: Context,
  { row, fields, draft }: Use & { readonly draft: Pick<EventDraft, 'type'> },
  renewed: Renewed | null,
): Promise<void> {
  if (renewed?.renewal.outcome !== 'failed' || !isTokenDue(row, ctx.nowMs(), 0)) return;
  await fail(ctx, row.accountId, { ...draft, fields: [...fields] }, renewed.renewal.error);
}

/** Has the token of a use refreshed, whatever its end is said to be. */
export async function renew(
  ctx: Context,
  { row, draft }: Stale,
  reason: RefreshReason = 'token_expiring',
): Promise<Renewed> {
  const correlationId = draft.correlationId ?? mintUuid(ctx.nowMs(), ctx.randomBytes);
  const { action: _use, fields: _fields, tool: _tool, upstreamHost: _upstream, grantId: _grant, ...who } = draft;
  const renewal = await refreshToken(ctx, {
    accountId: row.accountId,
    credentialId: row.id,
    seenVersion: row.sealed.accessToken?.version ?? 0,
    forced: false,
    reason,
    draft: { ...who, correlationId },
  });
  return { renewal, correlationId };
}
