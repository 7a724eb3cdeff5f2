// Webhook-mediated refresh: the webhook gives the refresh token, sealed for the way; Keytrail exchanges it at the provider, and is done
// once the webhook has proved that it keeps the new pair. Neither token is stored, logged or kept here beyond the call.

import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import type { z } from 'zod';
import type { Context } from '../base/context.ts';
import { isDatabaseAway } from '../base/db.ts';
import type { CredentialRow } from './credentials.ts';
import { ProviderFailure } from './provider-failure.ts';
import { toProviderClient } from './refresh-due.ts';
import { toHeldVersion } from './refresh-held-version.ts';
import { exchangeRefreshToken, type Tokens } from './token-endpoint.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import type { WebhookLink } from './webhook-rows.ts';
import { isDigestOf, openFromTransit, sealForTransit, toDigest } from './webhook-transit.ts';

type Answer = z.output<typeof webhookAnswers.refresh>;
type Settled = Exclude<Answer, { status: 'given' }>;

/** The provider gave a pair that the webhook could not be told of: it is lost, and the old one may be of no use. */
export class LostPair extends ProviderFailure {
  readonly pairLost = true;
}

/** Throws a WebhookError or a ProviderFailure. */
export async function mediateRefresh(ctx: Context, link: WebhookLink, row: CredentialRow): Promise<Settled> {
  const client = toProviderClient(row, null);
  if (client === null) throw new Error('an attempt without what it takes');
  // The webhook gives the token only for an address that its owner has named there.
  const { tokenUrl, clientId } = client;
  const ask = { action: 'get', credentialId: row.id, held: toHeldVersion(row), tokenUrl, clientId };
  const given = await callWebhook(ctx, link, 'refresh', ask, webhookAnswers.refresh, { asksOthers: true });
  if (given.status !== 'given') return given;
  const { refreshToken, clientSecret } = openGiven(link, given);
  const tokens = await exchangeRefreshToken(ctx, { ...client, clientSecret: clientSecret ?? null }, refreshToken);
  return storeAtWebhook(ctx, link, row, refreshToken, tokens);
}

function openGiven({ keys }: WebhookLink, { requestId, sealed }: Extract<Answer, { status: 'given' }>) {
  const unbelievable = (sentence: string) => new WebhookError('unbelievable', null, sentence);
  let fields: Readonly<Record<string, string>>;
  try {
    fields = openFromTransit(keys.transit, requestId, sealed);
  } catch {
    throw unbelievable('What the webhook gave does not open.');
  }
  const { refreshToken, clientSecret } = fields;
  if (refreshToken === undefined || refreshToken === '') throw unbelievable('The webhook gave no refresh token.');
  return { refreshToken, clientSecret };
}

const storePatienceMs = 40_000;
const storePauseMs = 500;

/** Tells the webhook the new pair, and again while it may be listening: the pair is nowhere else. */
async function storeAtWebhook(
  ctx: Context,
  link: WebhookLink,
  row: CredentialRow,
  usedToken: string,
  { accessToken, refreshToken, expiresInS, scopes }: Tokens,
): Promise<Settled> {
  const { transit } = link.keys;
  const fields = { accessToken, ...(refreshToken === null ? {} : { refreshToken }) };
  const message = (requestId: string) => ({
    action: 'update',
    credentialId: row.id,
    version: row.version + 1,
    // By which the webhook sees that its owner has not put in another one meanwhile.
    used: toDigest(transit, { refreshToken: usedToken }),
    expiresInS,
    ...(scopes === null ? {} : { scopes }),
    sealed: sealForTransit(transit, requestId, fields),
  });
  const options = { attempts: 1, asksOthers: true, evenStopping: true };
  const endsMs = performance.now() + storePatienceMs;
  for (;;) {
    try {
      const answer = await callWebhook(ctx, link, 'refresh', message, webhookAnswers.refresh, options);
      if (answer.status === 'superseded') return answer;
      if (answer.status === 'refreshed' && isDigestOf(transit, fields, answer.digest ?? '')) return answer;
      throw new LostPair('webhook_refused', null, lost);
    } catch (error) {
      if (error instanceof LostPair) throw error;
      const isOfWebhook = error instanceof WebhookError;
      if (isOfWebhook && error.fault === 'refused') throw new LostPair('webhook_refused', error.reason, lost);
      const mayPass = isOfWebhook || isDatabaseAway(error);
      if (mayPass && performance.now() <= endsMs) await new Promise((resolve) => setTimeout(resolve, storePauseMs));
      else throw new LostPair(isOfWebhook ? 'webhook_down' : 'not_stored', null, lost);
    }
  }
}

const lost =
  'The provider gave new tokens, but the webhook did not store them, and they are lost; the old ones are tried once more';
