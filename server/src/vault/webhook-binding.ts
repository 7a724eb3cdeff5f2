// Binding an owner's webhook: a one-time code, made for the owner and pasted into the webhook, of which both sides make the
// secret that they share. Five minutes, once.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import {
  deriveBindingKey,
  deriveWebhookKeys,
  deriveWebhookSecret,
  mintBindingCode,
  mintBindingNonce,
} from '@keytrail/shared/webhook-keys';
import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import { recordChange } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { isAllowedHost } from '../base/outbound.ts';
import { type SealedField, webhooks } from '../base/schema.ts';
import { isSameSecret } from './sealing.ts';
import { callOnce } from './webhook-call.ts';
import { findWebhook, isWebhookOf, type WebhookRow } from './webhook-rows.ts';
import { openWebhookText, sealWebhookText } from './webhook-secret.ts';
import { countHeld, readWebhookState, type WebhookState } from './webhook-state.ts';

const codeMs = 5 * 60_000;
export const receiptsPath = '/webhook/receipts';

export interface BindingOffer {
  /** What the owner starts their webhook with. Shown once. */
  readonly code: string;
  readonly expiresAt: string;
}

/**
 * Makes a code for a webhook at this address; one that was made before is void. What is bound stays bound meanwhile.
 * @param keytrailUrl where the owner reaches this server, and so shall the webhook's receipts.
 */
export function offerBinding(
  ctx: Context,
  owner: OwnerPrincipal,
  { url, keytrailUrl }: { url: string; keytrailUrl: string },
): Promise<BindingOffer> {
  const { accountId } = owner;
  const offerUrl = toWebhookUrl(ctx, url);
  const code = mintBindingCode(ctx.randomBytes);
  const codeExpiresAt = new Date(ctx.nowMs() + codeMs);
  const receiptsUrl = new URL(receiptsPath, ctx.config.publicUrl ?? keytrailUrl).href;
  return withAccount(ctx.db, accountId, async (tx) => {
    const fresh = { accountId, id: mintUuid(ctx.nowMs(), ctx.randomBytes), mode: 'platform', sealed: {} } as const;
    await tx.insert(webhooks).values(fresh).onConflictDoNothing();
    const row = (await findWebhook(tx, accountId, 'for update')) ?? fresh;
    const sealed = { ...row.sealed, code: sealWebhookText(ctx, row, 'code', code) };
    await tx.update(webhooks).set({ offerUrl, receiptsUrl, codeExpiresAt, sealed }).where(isWebhookOf(accountId));
    const note = `For ${new URL(offerUrl).host}, within 5 minutes`;
    await recordChange(tx, ctx, owner, { action: 'create', title: 'Webhook binding code made', note });
    return { code, expiresAt: codeExpiresAt.toISOString() };
  });
}

/** Carries the offered binding out: the webhook, started with the code, is called and proves that it knows it. */
export async function bindWebhook(ctx: Context, owner: OwnerPrincipal): Promise<WebhookState> {
  const { accountId } = owner;
  const { url, code, receiptsUrl, box } = await withAccount(ctx.db, accountId, (tx) => getOffer(tx, ctx, accountId));
  const key = deriveBindingKey(code);
  const nonce = mintBindingNonce(ctx.randomBytes);
  const target = { accountId, url, key };
  const bound = await callOnce(ctx, target, 'bind', { accountId, receiptsUrl, nonce }, webhookAnswers.bind);
  const secret = deriveWebhookSecret(code, nonce, bound.nonce);
  const proof = { accountId, url, key: deriveWebhookKeys(secret).message };
  const { credentials, capabilities } = await callOnce(ctx, proof, 'health', {}, webhookAnswers.health);
  return withAccount(ctx.db, accountId, async (tx) => {
    const row = await getStillOffered(tx, accountId, box);
    await verifyHolds(tx, accountId, credentials);
    await tx
      .update(webhooks)
      .set({
        url,
        sealed: { secret: sealWebhookText(ctx, row, 'secret', Buffer.from(secret).toString('base64')) },
        boundAt: new Date(ctx.nowMs()),
        offerUrl: null,
        codeExpiresAt: null,
        checkedAt: new Date(ctx.nowMs()),
        failingSince: null,
        lastFault: null,
        capabilities: capabilities.toSorted(),
        // The owner's word was about the webhook before.
        mediated: false,
      })
      .where(isWebhookOf(accountId));
    await recordChange(tx, ctx, owner, { action: 'bind', title: 'Webhook bound', note: new URL(url).host });
    return readWebhookState(tx, ctx, accountId);
  });
}

/** Ends the binding. Refused while the webhook holds any credential: nothing could be had from it any more. */
export function unbindWebhook(ctx: Context, owner: OwnerPrincipal): Promise<WebhookState> {
  const { accountId } = owner;
  return withAccount(ctx.db, accountId, async (tx) => {
    const row = await findWebhook(tx, accountId, 'for update');
    if (row === undefined) return readWebhookState(tx, ctx, accountId);
    const held = await countHeld(tx, accountId);
    if (held > 0 || row.moveId !== null || row.mode === 'webhook') {
      throw new AppError('conflict', {
        message: `webhook of ${accountId} in use`,
        public: 'Your vault lives on this webhook. Move it back to Keytrail first, then unbind.',
      });
    }
    await tx.delete(webhooks).where(isWebhookOf(accountId));
    const note = row.url === null ? {} : { note: new URL(row.url).host };
    if (row.sealed.secret !== undefined)
      await recordChange(tx, ctx, owner, { action: 'unbind', title: 'Webhook unbound', ...note });
    return readWebhookState(tx, ctx, accountId);
  });
}

/** An https address without a query; http only where the operator allows the host by name. */
function toWebhookUrl(ctx: Context, text: string): string {
  const url = new URL(text);
  const invalid = (sentence: string) => new AppError('invalid_input', { message: 'webhook url', public: sentence });
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('Give the address of the webhook alone, such as https://vault.example.com/keytrail.');
  }
  const isAllowed = isAllowedHost(ctx.config.allowedUpstreams, url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isAllowed)) {
    throw invalid('The address of the webhook must begin with https://.');
  }
  return url.href.replace(/\/$/, '');
}

async function getOffer(tx: Transaction, ctx: Context, accountId: string) {
  const row = await findWebhook(tx, accountId);
  if (!row?.offerUrl || !row.receiptsUrl || !row.codeExpiresAt) throw toOver();
  const code = row.codeExpiresAt.getTime() <= ctx.nowMs() ? null : openWebhookText(ctx, row, 'code');
  if (code === null) throw toOver();
  return { url: row.offerUrl, receiptsUrl: row.receiptsUrl, code, box: row.sealed.code };
}

/** While the webhook was called the owner may have made another code; then that one counts. */
async function getStillOffered(tx: Transaction, accountId: string, box: SealedField | undefined): Promise<WebhookRow> {
  const row = await findWebhook(tx, accountId, 'for update');
  if (row?.sealed.code === undefined || !isSameSecret(row.sealed.code, box)) throw toOver();
  return row;
}

async function verifyHolds(tx: Transaction, accountId: string, credentials: number): Promise<void> {
  const held = await countHeld(tx, accountId);
  if (credentials >= held) return;
  throw new AppError('conflict', {
    message: `webhook holds ${credentials} of ${held}`,
    public: `This webhook holds ${credentials} of your ${held} credentials. Start it on the data that it had before.`,
  });
}

function toOver(): AppError {
  return new AppError('conflict', {
    message: 'no binding code on offer',
    public: 'The code was used or is over. Make a new one, and start your webhook with it.',
  });
}
