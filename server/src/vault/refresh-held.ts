// Has a token renewed that the owner's webhook holds: by the webhook, which is told, or by Keytrail, for the webhook to store. What becomes
// of it is stored by `refresh-held-finish.ts`.

import { AppError } from '@keytrail/shared/errors';
import { oauthPublic } from '@keytrail/shared/oauth-schema';
import { type RefreshReason, webhookAnswers } from '@keytrail/shared/webhook-protocol';
import type { z } from 'zod';
import type { Context } from '../base/context.ts';
import type { RefreshAttempt } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import { ProviderFailure } from './provider-failure.ts';
import { toHeldVersion } from './refresh-held-version.ts';
import { mediateRefresh } from './refresh-mediated.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import { checkWebhook } from './webhook-check.ts';
import { getWebhookLink, type WebhookLink } from './webhook-rows.ts';

type NotifyAnswer = z.output<(typeof webhookAnswers)['refresh-notify']>;
type MediatedAnswer = z.output<typeof webhookAnswers.refresh>;
export type Refreshed = Extract<NotifyAnswer, { status: 'refreshed' }>;

/** A new token lies at the webhook, or the owner's own, which was put in meanwhile; or the webhook is at it. */
export type HeldRenewal = Refreshed | { readonly status: 'superseded' } | { readonly status: 'acknowledged' };

/** A row whose lease was taken, and what it was taken for. */
export interface HeldAttempt {
  readonly row: CredentialRow;
  readonly attempt: RefreshAttempt;
  readonly reason: RefreshReason;
}

/** Throws a ProviderFailure for whatever came of it instead. */
export async function renewAtWebhook(ctx: Context, held: HeldAttempt): Promise<HeldRenewal> {
  const link = await getWebhookLink(ctx, held.row.accountId);
  try {
    return held.attempt.way === 'mediated'
      ? toRenewal(held.row, await mediateRefresh(ctx, link, held.row))
      : toRenewal(held.row, await notify(ctx, link, held));
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error;
    // It may have been started anew since it said what it offers.
    if (error.fault === 'refused') await checkWebhook(ctx, link).catch(() => undefined);
    throw toWebhookFailure(error);
  }
}

/** The hint says where the token came from; whether a secret goes there, the webhook decides by what it was told by its owner. */
function notify(ctx: Context, link: WebhookLink, { row, reason }: HeldAttempt): Promise<NotifyAnswer> {
  const { issuer, tokenUrl, clientId, clientAuth, scopes } = oauthPublic.parse(row.public);
  const message = {
    credentialId: row.id,
    service: row.service,
    reason,
    held: toHeldVersion(row),
    version: row.version + 1,
    refreshHint: { provider: issuer ?? null, tokenUrl, clientId, clientAuth, scopes },
  };
  return callWebhook(ctx, link, 'refresh-notify', message, webhookAnswers['refresh-notify'], { asksOthers: true });
}

function toRenewal(
  row: CredentialRow,
  answer: NotifyAnswer | Exclude<MediatedAnswer, { status: 'given' }>,
): HeldRenewal {
  switch (answer.status) {
    case 'refreshed':
      if (answer.version > (row.sealed.accessToken?.version ?? 0)) return answer;
      throw new ProviderFailure('webhook_refused', null, 'The webhook names a token that is not new');
    case 'superseded':
    case 'acknowledged':
      return answer;
    case 'no_token':
      throw new ProviderFailure('webhook_refused', null, 'The webhook does not hold this credential');
    case 'no_refresh_token':
      throw new ProviderFailure('webhook_refused', null, 'The webhook holds no refresh token of this credential');
    case 'refresh_failed':
      throw new ProviderFailure(answer.errorClass, answer.code ?? null);
    case 'error':
      throw new ProviderFailure('webhook_refused', answer.code ?? null, reasons[answer.code ?? ''] ?? null);
  }
}

function toWebhookFailure({ fault, reason, public: sentence }: WebhookError): ProviderFailure {
  if (fault === 'refused')
    return new ProviderFailure('webhook_refused', reason, reasons[reason ?? ''] ?? toWords(sentence));
  return new ProviderFailure('webhook_down', null, toWords(sentence));
}

/** A note ends without a full stop. */
function toWords(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

const reasons: Readonly<Record<string, string>> = {
  pending: 'An edit of this credential has not reached the webhook; edit it again if it does not',
  token_url: 'The webhook does not know this token address and client: its owner names them in WEBHOOK_PROVIDERS',
  unknown: 'The webhook does not renew tokens',
  refresh_off: 'The webhook does not renew tokens: it is started with WEBHOOK_PROVIDERS for that',
  mediated_off: 'The webhook gives no refresh token: it is started with WEBHOOK_MEDIATED=on for that',
};

/** What whoever waits for the token is told while the webhook is at it. */
export function toWaiting(): AppError {
  return new AppError('refresh_failed', {
    message: 'the webhook has acknowledged a refresh',
    public: 'The owner’s webhook was told that the token has ended, and is renewing it. Try again shortly.',
  });
}
