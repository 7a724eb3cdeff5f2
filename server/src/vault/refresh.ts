// Refreshes the token of a credential: one call to the provider however many ask, on however many nodes. No transaction is
// open during the call; what it brings is durable before anybody goes on.

import { AppError } from '@keytrail/shared/errors';
import { refreshErrorSentences } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import type { RefreshAttempt, RefreshState } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { openField } from './open-field.ts';
import { toProviderFailure } from './provider-failure.ts';
import { expireLease, type RefreshAsk, takeAttempt } from './refresh-attempt.ts';
import { toProviderClient } from './refresh-due.ts';
import { type Failure, storeFailure, storeTokens } from './refresh-finish.ts';
import { type HeldAttempt, type HeldRenewal, renewAtWebhook, toWaiting } from './refresh-held.ts';
import { storeHeldRenewal, storeWaiting } from './refresh-held-finish.ts';
import { exchangeRefreshToken, type Tokens } from './token-endpoint.ts';

/** How a refresh that was asked for ended. A failure is recorded, where there was an attempt. */
export type Renewal =
  | { readonly outcome: 'fresh' }
  /** Lacks what it takes, or the vault is locked: what is stored is all there is. */
  | { readonly outcome: 'impossible' }
  | { readonly outcome: 'failed'; readonly error: AppError };

/** Between two looks at what another node is doing, though nothing was heard. */
const recheckMs = 1000;
const pauseMs = 20;

/** Has the token refreshed, or waits for whoever is at it. Never throws for what a provider does. */
export function refreshToken(ctx: Context, ask: RefreshAsk): Promise<Renewal> {
  const kind = ask.forced ? 'forced' : String(ask.seenVersion);
  return ctx.flights.join(`refresh ${ask.credentialId} ${kind}`, () => attemptUntilSettled(ctx, ask));
}

async function attemptUntilSettled(ctx: Context, ask: RefreshAsk): Promise<Renewal> {
  const { reason } = ask;
  // Before the first look, so that the end of another's attempt right after it is heard.
  const listener = ctx.wakeups.listen(ask.accountId, ctx.stopping, 'refresh');
  try {
    for (;;) {
      const taken = await takeAttempt(ctx, ask);
      if (taken.outcome === 'taken') {
        const { row, attempt: lease } = taken;
        return await (lease.way === undefined
          ? attempt(ctx, row, lease)
          : attemptHeld(ctx, { row, attempt: lease, reason }));
      }
      if (taken.outcome === 'resting') return { outcome: 'failed', error: toError(taken.state) };
      if (taken.outcome !== 'busy') return taken;
      if (ctx.stopping.aborted)
        throw new AppError('server_stopping', { message: 'stopping while a token is refreshed' });
      await listener.wait(Math.min(taken.leaseMs, recheckMs), pauseMs);
    }
  } finally {
    listener.stop();
  }
}

async function attempt(ctx: Context, row: CredentialRow, lease: RefreshAttempt): Promise<Renewal> {
  let tokens: Tokens;
  try {
    tokens = await exchange(ctx, row);
  } catch (error) {
    return failAttempt(ctx, row, lease, toFailure(error));
  }
  return settle(ctx, row, lease, () => storeTokens(ctx, row, lease, tokens), tokensLost);
}

const tokensLost: Failure = {
  errorClass: 'not_stored',
  code: null,
  public:
    'The provider gave new tokens, but they could not be stored, and they are lost; the old ones are tried once more',
  pairLost: true,
};

/** The same for what the owner's webhook holds. */
async function attemptHeld(ctx: Context, held: HeldAttempt): Promise<Renewal> {
  const { row, attempt: lease } = held;
  let renewal: HeldRenewal;
  try {
    renewal = await renewAtWebhook(ctx, held);
  } catch (error) {
    // Whoever comes next finds it cut off, and asks the webhook what became of it.
    if (error instanceof AppError && error.code === 'server_stopping') throw error;
    return failAttempt(ctx, row, lease, toFailure(error));
  }
  if (renewal.status === 'acknowledged') {
    await storeWaiting(ctx, row, lease);
    return { outcome: 'failed', error: toWaiting() };
  }
  return settle(ctx, row, lease, () => storeHeldRenewal(ctx, row, lease, renewal), renewalUnnoted);
}

const renewalUnnoted: Failure = {
  errorClass: 'not_stored',
  code: null,
  public: 'The webhook has renewed it, but that could not be noted; it is asked once more',
};

/**
 * Stores what an attempt brought. It never ends without a word: where nothing can be stored, that is what is recorded, and
 * where not even that can be, whoever comes next records it, at once.
 */
async function settle(
  ctx: Context,
  row: CredentialRow,
  lease: RefreshAttempt,
  store: () => Promise<void>,
  failure: Failure,
): Promise<Renewal> {
  try {
    await store();
    return { outcome: 'fresh' };
  } catch (error) {
    ctx.log.error({ error, credentialId: row.id }, 'what a refresh brought could not be stored');
  }
  try {
    return await failAttempt(ctx, row, lease, failure);
  } catch (error) {
    ctx.log.error({ error, credentialId: row.id }, 'nor could that be recorded');
    await expireLease(ctx, row, lease).catch((stuck: unknown) => {
      ctx.log.error({ error: stuck, credentialId: row.id }, 'a lease stays until its end');
    });
    return { outcome: 'failed', error: toError({ reconnectNeeded: null, errorClass: failure.errorClass }) };
  }
}

async function failAttempt(
  ctx: Context,
  row: CredentialRow,
  lease: RefreshAttempt,
  failure: Failure,
): Promise<Extract<Renewal, { outcome: 'failed' }>> {
  await storeFailure(ctx, row, lease, failure);
  const reconnectNeeded = failure.errorClass === 'invalid_grant' ? refreshErrorSentences.invalid_grant : null;
  return { outcome: 'failed', error: toError({ reconnectNeeded, errorClass: failure.errorClass }) };
}

async function exchange(ctx: Context, row: CredentialRow): Promise<Tokens> {
  // A pair that could not be sealed would be lost: better not to ask for one.
  ctx.masterKeys.getKey(ctx.masterKeys.getSealing());
  const client = toProviderClient(row, openField(ctx, row, 'clientSecret'));
  const refreshToken = openField(ctx, row, 'refreshToken');
  if (client === null || refreshToken === null) throw new Error('an attempt without what it takes');
  return exchangeRefreshToken(ctx, client, refreshToken);
}

function toFailure(error: unknown): Failure {
  if (error instanceof AppError && error.code === 'secret_unreadable') {
    return { errorClass: 'secret_unreadable', code: null, public: null };
  }
  if (error instanceof AppError && error.code === 'master_key_unavailable') {
    return { errorClass: 'secret_unreadable', code: null, public: error.public };
  }
  return toProviderFailure(error);
}

function toError({
  reconnectNeeded,
  errorClass,
  waitingSince = null,
}: Pick<RefreshState, 'reconnectNeeded' | 'errorClass' | 'waitingSince'>): AppError {
  if (waitingSince !== null) return toWaiting();
  return reconnectNeeded === null
    ? new AppError('refresh_failed', { message: `the last refresh failed: ${errorClass}` })
    : new AppError('reconnect_needed', { message: 'the refresh token is of no use any more' });
}
