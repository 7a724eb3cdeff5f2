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

const given = z.object({ result: z.object({ data: z.object({ values: z.record(z.string(), z.string()) }) }) });
const refused = z.object({ error: z.object({ message: z.string().max(300) }) });

/** The values of a use: as they came, or from the webhook by its ticket. Throws a FailureError where it gives none. */
export async function redeemValues(used: {
  readonly values: Readonly<Record<string, string>>;
  readonly redirect: Redirect | null;
}): Promise<Readonly<Record<string, string>>> {
  if (used.redirect === null) return used.values;
  const answer = given.safeParse(await present(used.redirect, null));
  if (answer.success) return answer.data.result.data.values;
  throw notUnderstood(used.redirect);
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
