// Asks a webhook whether it is well, where nobody knows.

import { webhookAnswers } from '@keytrail/shared/webhook-protocol';
import type { Context } from '../base/context.ts';
import { callWebhook, WebhookError } from './webhook-call.ts';
import { beliefMs, noteCapabilities } from './webhook-health.ts';
import type { WebhookLink } from './webhook-rows.ts';

/** An agent waits for this. */
const checkTimeoutMs = 3_000;

/** Whether the webhook answers, as of the last few seconds. */
export async function isWebhookUp(ctx: Context, link: WebhookLink): Promise<boolean> {
  const { checkedAt, failingSince } = link.row;
  const ageMs = checkedAt === null ? Number.POSITIVE_INFINITY : ctx.nowMs() - checkedAt.getTime();
  if (ageMs >= 0 && ageMs < beliefMs) return failingSince === null;
  try {
    await checkWebhook(ctx, link);
    return true;
  } catch (error) {
    if (error instanceof WebhookError) return false;
    throw error;
  }
}

/** Asks it once, and notes what it offers. Throws a WebhookError that says what it did instead. */
export async function checkWebhook(ctx: Context, link: WebhookLink): Promise<void> {
  const options = { attempts: 1, timeoutMs: checkTimeoutMs };
  const { capabilities } = await callWebhook(ctx, link, 'health', {}, webhookAnswers.health, options);
  await noteCapabilities(ctx, link, capabilities);
}
