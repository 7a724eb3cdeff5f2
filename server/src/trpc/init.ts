// How tRPC is set up here: who may call what.

import { initTRPC } from '@trpc/server';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { verifyUnlocked } from '../vault/lock.ts';
import { verifyStanding } from '../vault/standing.ts';
import { type Call, getAgentCaller, verifyAgent, verifyOwner } from './callers.ts';
import { toFacts, toStatus, toTrpcError } from './errors.ts';

/** What every procedure gets. */
export interface TrpcContext extends Call {
  readonly ctx: Context;
  /** Throws unless the session that opened this request still stands; asked anew each time. */
  readonly verifySession: () => Promise<unknown>;
  /** Throws unless this is the password of the owner whose session opened this request. */
  readonly verifyPassword: (owner: OwnerPrincipal, password: string) => Promise<void>;
  /** Ends the caller's connection at once. */
  readonly cut: () => void;
}

/** What a procedure says about itself. */
interface Meta {
  /** May be called while the vault is locked: to unlock it, or because it asks the door, which knows the lock. */
  readonly whileLocked?: boolean;
}

const t = initTRPC
  .context<TrpcContext>()
  .meta<Meta>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter: ({ shape, error }) => ({
      message: toFacts(error).sentence,
      code: shape.code,
      data: { code: shape.data.code, httpStatus: toStatus(error), keytrail: toFacts(error) },
    }),
  });

export const router = t.router;

// tRPC answers a thrown error that it does not know with 500; this gives ours the status of their code.
const faced = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  throw toTrpcError(result.error.cause ?? result.error);
});

/** For the account owner, signed in. Whatever changes something is refused while the vault is locked. */
export const ownerProcedure = faced.use(async ({ ctx, type, path, meta, next }) => {
  const owner = verifyOwner(await ctx.findPrincipal());
  if (type === 'mutation' && meta?.whileLocked !== true) await verifyUnlocked(ctx.ctx, owner, path);
  return next({ ctx: { ...ctx, owner } });
});

/** For an agent by its key, whatever its standing: refusals must reach the log, so they are decided further in. */
export const agentProcedure = faced.use(async ({ ctx, next }) =>
  next({ ctx: { ...ctx, agent: verifyAgent(await ctx.findPrincipal()) } }),
);

/** The same where the key is looked up along with what it is used for: what shall be cheap takes one round trip. */
export const agentCallProcedure = faced.use(async ({ ctx, next }) =>
  next({ ctx: { ...ctx, caller: await getAgentCaller(ctx) } }),
);

/** For an agent in good standing, where no secret is asked for. */
export const activeAgentProcedure = agentProcedure.use(async ({ ctx, next }) => {
  await verifyStanding(ctx.ctx, ctx.agent);
  return next();
});
