// The owner's own webhook, which holds the secrets of their vault in webhook mode: tickets are presented to it here. Keytrail's server sees
// neither what is read there nor what is written.

import { ticketHeader } from '@keytrail/shared/webhook-protocol';
import { z } from 'zod';
import { FailureError } from './failure.ts';
import { fetchFromServer } from './outbound.ts';

/** What the server answers in place of values. */
export interface Redirect {
  readonly url: string;
  readonly ticket: string;
}

const given = z.object({
  result: z.object({
    data: z.object({ values: z.record(z.string(), z.string()), validUntil: z.iso.datetime().nullish() }),
  }),
});
const refused = z.object({ error: z.object({ message: z.string().max(300) }) });

/** What the server answers to a use. */
interface Used {
  readonly values: Readonly<Record<string, string>>;
  readonly validUntil: string | null;
  readonly redirect: Redirect | null;
  readonly event: { readonly occurredAt: string };
}

/** `validMs`: how long a one-time code among the values is good for, from now on; null for what lasts. */
export interface Redeemed {
  readonly values: Readonly<Record<string, string>>;
  readonly validMs: number | null;
}

/** The values of a use: as they came, or from the webhook by its ticket. Throws a FailureError where it gives none. */
export async function redeemValues(used: Used): Promise<Redeemed> {
  if (used.redirect === null) return { values: used.values, validMs: toValidMs(used, used.validUntil) };
  const askedMs = Date.now();
  const answer = given.safeParse(await present(used.redirect, null));
  if (!answer.success) throw notUnderstood(used.redirect);
  const { values, validUntil } = answer.data.result.data;
  const validMs = toValidMs(used, validUntil ?? null);
  return { values, validMs: validMs === null ? null : validMs - (Date.now() - askedMs) };
}

/** Counted from the use as the server dates it: this browser's clock may be another. */
function toValidMs({ event }: Used, validUntil: string | null): number | null {
  return validUntil === null ? null : Date.parse(validUntil) - Date.parse(event.occurredAt);
}

/** Writes secret fields to the webhook, null removing one. Throws a FailureError where it does not take them. */
export async function storeAtWebhook(
  redirect: Redirect,
  fields: Readonly<Record<string, string | null>>,
): Promise<void> {
  await present(redirect, JSON.stringify({ fields }));
}

async function present(redirect: Redirect, body: string | null): Promise<unknown> {
  const answer = await fetchFromServer(redirect.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [ticketHeader]: redirect.ticket },
    body,
  });
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok) return said;
  const refusal = refused.safeParse(said);
  if (!refusal.success) throw notUnderstood(redirect);
  throw new FailureError({ kind: 'server', sentence: `Your webhook refused: ${refusal.data.error.message}` });
}

function notUnderstood({ url }: Redirect): FailureError {
  const sentence = `What answers at ${new URL(url).host} is not your webhook, or it is broken. Look at what it says itself.`;
  return new FailureError({ kind: 'server', sentence });
}
