// What becomes of an attempt to refresh: the new tokens and their event are stored together, before anybody gets them. A
// pair that the provider has rotated is the only one that works, so it is stored even where the lease is over.

import { AppError } from '@keytrail/shared/errors';
import { refreshErrorSentences } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { isDatabaseAway, isDatabaseBusy, type Transaction, withAccount } from '../base/db.ts';
import { credentials, type RefreshAttempt, type RefreshState, type SealedField } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import type { ProviderFailure } from './provider-failure.ts';
import { toReadableTokens } from './readable-tokens.ts';
import { isRow, recordAttempt, storeState } from './refresh-attempt.ts';
import { restingState } from './refresh-due.ts';
import { isSameSecret, sealFields } from './sealing.ts';
import type { Tokens } from './token-endpoint.ts';

/**
 * Stores what the provider gave, unless the owner has put in other tokens meanwhile. A database or a master key that is
 * away or held by others is waited for while the lease lasts, and what is readable is left out where that is refused: a
 * rotated pair is nowhere else. Throws where it cannot be stored at all.
 */
export async function storeTokens(
  ctx: Context,
  used: CredentialRow,
  attempt: RefreshAttempt,
  tokens: Tokens,
): Promise<void> {
  const binding = { accountId: used.accountId, credentialId: used.id, version: used.version + 1 };
  let readable = toReadableTokens(ctx, tokens);
  // Sealed once, so that what is stored can be told from what is not after an answer was lost.
  let boxes: Record<string, SealedField> | null = null;
  const endsMs = performance.now() + storePatienceMs;
  for (;;) {
    try {
      boxes ??= sealFields(ctx, binding, { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken });
      return await tryToStore(ctx, used, attempt, { boxes, readable });
    } catch (error) {
      if (!mayPass(error)) {
        if (readable === sayingNothing) throw error;
        readable = sayingNothing;
        continue;
      }
      if (performance.now() > endsMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, storePauseMs));
    }
  }
}

/** Of tokens of which nothing is known: the end of those before them is not theirs. */
const sayingNothing = { accessTokenExpiresAt: null };

function mayPass(error: unknown): boolean {
  if (isDatabaseAway(error) || isDatabaseBusy(error)) return true;
  return error instanceof AppError && error.code === 'master_key_unavailable';
}

const storePatienceMs = 20_000;
const storePauseMs = 250;

interface Fresh {
  readonly boxes: Record<string, SealedField>;
  readonly readable: Record<string, unknown>;
}

async function tryToStore(
  ctx: Context,
  used: CredentialRow,
  attempt: RefreshAttempt,
  { boxes, readable }: Fresh,
): Promise<void> {
  const { accountId, id } = used;
  await withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, id)).for('update');
    if (row !== undefined && isSameSecret(row.sealed.accessToken, boxes.accessToken)) return;
    const isWanted = row !== undefined && hasSameToken(row, used);
    if (isWanted) {
      const correlationId = attempt.draft.correlationId ?? null;
      const refresh = { ...restingState, refreshedAt: new Date(ctx.nowMs()).toISOString(), correlationId };
      const sealed = { ...row.sealed, ...boxes };
      const set = { sealed, version: row.version + 1, refresh, public: { ...row.public, ...readable } };
      await tx.update(credentials).set(set).where(isRow(accountId, id));
    } else if (row !== undefined) await endAttempt(tx, row, attempt);
    await recordAttempt(tx, ctx, accountId, attempt, {
      outcome: 'ok',
      fields: Object.keys(boxes),
      ...(isWanted ? {} : { note: keptTheirs }),
    });
  });
}

export const keptTheirs = 'The owner had changed the tokens meanwhile; theirs were kept';

/** What was under way is over, and what was known of the tokens that are there stays as it is. */
export async function endAttempt(tx: Transaction, row: CredentialRow, attempt: RefreshAttempt): Promise<void> {
  if (row.refresh?.attempt?.id === attempt.id) await storeState(tx, row, { ...row.refresh, attempt: null });
}

/** What kept an attempt from bringing a token; `pairLost`: it brought one that could not be kept. */
export type Failure = Pick<ProviderFailure, 'errorClass' | 'code' | 'public'> & { readonly pairLost?: boolean };

/** Notes why there are none, when to try again, or that it is no use. */
export async function storeFailure(
  ctx: Context,
  used: CredentialRow,
  attempt: RefreshAttempt,
  failure: Failure,
): Promise<void> {
  const { accountId, id } = used;
  const because = toBecause(
    failure,
    attempt,
    'authorizationUrl' in used.public && used.public.authorizationUrl !== undefined,
  );
  await withAccount(ctx.db, accountId, async (tx) => {
    const [row] = await tx.select().from(credentials).where(isRow(accountId, id)).for('update');
    // Whoever took it out of the row has recorded what became of it; it may be stored after all, and only the word of that was lost.
    if (failure.errorClass === 'not_stored' && row?.refresh != null && row.refresh.attempt?.id !== attempt.id) return;
    // Of an attempt whose lease is over, the one after it has the say; of tokens that were replaced, the new ones.
    if (row?.refresh?.attempt?.id === attempt.id) {
      const { errorClass } = failure;
      const isEnd = errorClass === 'invalid_grant' && hasSameToken(row, used);
      const failing = toFailing(row.refresh, ctx.nowMs());
      const correlationId = attempt.draft.correlationId ?? null;
      const mayBeLost = failure.pairLost === true || (attempt.afterCutOff && !isEnd);
      const lost = mayBeLost ? { pairLost: true } : {};
      const reconnectNeeded = isEnd ? because : null;
      await storeState(tx, row, { ...failing, errorClass, correlationId, reconnectNeeded, ...lost });
    }
    const facts = { outcome: 'failed', errorClass: failure.errorClass, note: because } as const;
    await recordAttempt(tx, ctx, accountId, attempt, facts);
  });
}

function hasSameToken(row: CredentialRow, used: CredentialRow): boolean {
  return isSameSecret(row.sealed.refreshToken, used.sealed.refreshToken);
}

/** Whom nobody serves waits longer each time. */
export function toFailing(
  state: RefreshState,
  nowMs: number,
): Omit<RefreshState, 'errorClass' | 'correlationId' | 'reconnectNeeded' | 'waitingSince'> {
  const failures = state.failures + 1;
  return {
    attempt: null,
    refreshedAt: state.refreshedAt,
    failures,
    failingSince: state.failingSince ?? new Date(nowMs).toISOString(),
    retryAt: new Date(nowMs + toPauseMs(failures)).toISOString(),
  };
}

const firstPauseMs = 5_000;
const pauseMsMax = 30 * 60_000;

/** 5 s, 15 s, 45 s and so on, up to half an hour. */
function toPauseMs(failures: number): number {
  return Math.min(firstPauseMs * 3 ** (failures - 1), pauseMsMax);
}

/** @param canConnect the owner can consent anew: it is known where. */
export function toBecause(
  failure: Failure,
  { afterCutOff, way }: Pick<RefreshAttempt, 'afterCutOff' | 'way'>,
  canConnect: boolean,
): string {
  if (failure.errorClass === 'invalid_grant') {
    // A webhook that renews by itself has stored what it got, whatever became of us.
    const why = afterCutOff && way !== 'delegated' ? lost : ended;
    if (way !== undefined) return `${why}: ${edit}`;
    return `${why}: ${canConnect ? connect : paste}`;
  }
  const code = failure.code === null ? '' : ` (${failure.code})`;
  return failure.public ?? `${refreshErrorSentences[failure.errorClass]}${code}`;
}

const ended = 'The provider no longer accepts the refresh token';
const lost =
  'An earlier refresh was cut off after the provider had answered, and its new refresh token was lost with it';
const connect = 'connect the credential again';
const paste = 'paste a new refresh token under Edit';
const edit = 'edit the credential and enter new tokens, which go to your webhook';
