// What stays open for long, such as a stream, is looked at now and then: whoever opened it may have been signed out since.

import type { Context } from '../base/context.ts';

/** What a stream calls again and again; throws what `verify` does once the session that opened it has ended. */
export function watchSession(ctx: Pick<Context, 'nowMs'>, verify: () => Promise<unknown>): () => Promise<void> {
  let lookedAtMs = ctx.nowMs();
  return async () => {
    if (ctx.nowMs() - lookedAtMs < lookEveryMs) return;
    await verify();
    lookedAtMs = ctx.nowMs();
  };
}

/** For how long what is open goes on before it is looked at again. */
export const lookEveryMs = 10_000;
