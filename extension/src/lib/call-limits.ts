// How long a call may take before the server counts as away. Longer than most for what the server itself waits for others for:
// it says then which of them did not answer.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { inferRouterInputs } from '@trpc/server';

type Inputs = inferRouterInputs<AppRouter>;
type Procedure = { [Noun in keyof Inputs]: `${Noun}.${keyof Inputs[Noun] & string}` }[keyof Inputs];

export const usualLimitMs = 15_000;

/** The longest lease of an attempt to renew a token, one in which a webhook is asked thrice, and the storing after it. */
const renewalMs = 110_000;

const limitsMs: Partial<Record<Procedure, number>> = {
  'credentials.refresh': renewalMs,
  // Three attempts of ten seconds to have the webhook forget it, with pauses.
  'credentials.remove': 45_000,
  // Two documents are looked for, ten seconds each.
  'oauth.discover': 30_000,
  // As long as the server lets its statement run.
  'policies.replay': 40_000,
  // Its token may have to be renewed first; then fifteen seconds for the upstream.
  'proxies.test': renewalMs + 20_000,
  // Two calls to the webhook, ten seconds each.
  'webhook.bind': 30_000,
};

/** By the address of a procedure's call. */
export function toLimitMs(url: string): number {
  const name = new URL(url).pathname.replace(/^\/trpc\//, '');
  return new Map<string, number>(Object.entries(limitsMs)).get(name) ?? usualLimitMs;
}
