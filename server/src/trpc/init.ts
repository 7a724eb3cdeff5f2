// How tRPC is set up here: who may call what, and the one shape in which errors leave.

import { toDenialSentence, toDenialStatus } from '@keytrail/shared/denial';
import { AppError, type ErrorCode, errorFaces } from '@keytrail/shared/errors';
import type { DenialRule } from '@keytrail/shared/event';
import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { AgentCaller, AgentPrincipal, OwnerPrincipal, Principal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { findCode, isDatabaseAway } from '../base/db.ts';
import type { Denied } from '../vault/denial.ts';
import { verifyUnlocked } from '../vault/lock.ts';
import { verifyStanding } from '../vault/standing.ts';

/** What every procedure gets. */
export interface TrpcContext {
  readonly ctx: Context;
  readonly findPrincipal: () => Promise<Principal | null>;
  readonly findAgentCaller: () => AgentCaller | null;
  /** Whether the session that opened this request still stands; asked anew each time. */
  readonly verifySession: () => Promise<boolean>;
  /** Throws unless this is the password of the owner whose session opened this request. */
  readonly verifyPassword: (owner: OwnerPrincipal, password: string) => Promise<void>;
  /** Ends the caller's connection at once. */
  readonly cut: () => void;
}

/** What callers find in `error.data.keytrail`. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly rule?: DenialRule;
  readonly retryAt?: string;
  /** What the owner said with a refusal. */
  readonly note?: string;
}

/** A recorded refusal on its way out; the event is durable by now. */
export class DeniedError extends AppError {
  readonly rule: DenialRule;
  readonly retryAt: string | null;
  readonly note: string | null;

  constructor(by: 'agent' | 'owner', denial: Omit<Denied, 'event'>) {
    super('access_denied', { message: `denied by ${denial.rule}`, public: toDenialSentence(by, denial) });
    this.rule = denial.rule;
    this.retryAt = denial.retryAt;
    this.note = denial.note;
  }
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

/** Any error with the status of its code. A stream throws it itself: no middleware sees what happens after its start. */
export function toTrpcError(cause: unknown): TRPCError {
  const error = toAppError(cause);
  // tRPC has no code for a locked vault; its status is set where the error is given its shape.
  const isLimit = error instanceof DeniedError && toDenialStatus(error.rule) === 429;
  const code = isLimit ? 'TOO_MANY_REQUESTS' : errorFaces[error.code].trpc;
  return new TRPCError({ code, message: error.public, cause: error });
}

/** `Retry-After` where it is known when a refused call may be tried again. */
export function toErrorHeaders(errors: readonly TRPCError[], nowMs: number): Record<string, string> {
  const cause = errors[0]?.cause;
  if (!(cause instanceof DeniedError) || cause.retryAt === null) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil((Date.parse(cause.retryAt) - nowMs) / 1000))) };
}

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

/** How long a stream goes on before its session is looked at again. */
const sessionCheckMs = 10_000;

/** What a stream calls again and again; throws `unauthorized` once the session that opened it has ended. */
export function watchSession(ctx: Context, verifySession: () => Promise<boolean>): () => Promise<void> {
  let checkedAtMs = ctx.nowMs();
  return async () => {
    if (ctx.nowMs() - checkedAtMs < sessionCheckMs) return;
    if (!(await verifySession())) throw new AppError('unauthorized', { message: 'session ended under a stream' });
    checkedAtMs = ctx.nowMs();
  };
}

/** The owner, or a refusal. */
export function verifyOwner(principal: Principal | null): OwnerPrincipal {
  if (principal === null) throw new AppError('unauthorized', { message: 'no valid session' });
  if (principal.kind !== 'owner') throw new AppError('owner_only', { message: 'agent key on an owner call' });
  return principal;
}

/** The agent, or a refusal. */
export function verifyAgent(principal: Principal | null): AgentPrincipal {
  if (principal === null) throw new AppError('unauthorized', { message: 'no valid agent key' });
  if (principal.kind !== 'agent') throw new AppError('agent_only', { message: 'session on an agent call' });
  return principal;
}

/** Who says to be an agent; whoever else it is, is refused by the answer to that. */
export async function getAgentCaller(
  call: Pick<TrpcContext, 'findAgentCaller' | 'findPrincipal'>,
): Promise<AgentCaller> {
  return call.findAgentCaller() ?? refuseCaller(await call.findPrincipal());
}

function refuseCaller(principal: Principal | null): never {
  verifyAgent(principal);
  throw new AppError('unauthorized', { message: 'an agent without its key' });
}

/** Any error as one of ours. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseAway(error)) return new AppError('database_unavailable', { message: 'database away', cause: error });
  const code = findCode(error) ?? '';
  // Values that pass our checks and that Postgres cannot hold, such as a date in the year 0.
  if (code.startsWith('22')) return new AppError('invalid_input', { message: 'refused by the database', cause: error });
  if (changedMeanwhile.has(code)) return new AppError('conflict', { message: 'changed meanwhile', cause: error });
  return new AppError('internal', { message: 'unexpected error', cause: error });
}

/** Unique and foreign keys, deadlocks, lock timeouts: somebody else was faster. */
const changedMeanwhile = new Set(['23503', '23505', '40001', '40P01', '55P03']);

/** tRPC knows no code for some of them. */
function toStatus(error: TRPCError): number {
  return error.cause instanceof DeniedError ? toDenialStatus(error.cause.rule) : errorFaces[toFacts(error).code].status;
}

function toFacts(error: TRPCError): ErrorFacts {
  if (error.cause instanceof DeniedError) {
    const { code, public: sentence, rule, retryAt, note } = error.cause;
    return { code, sentence, rule, ...(retryAt === null ? {} : { retryAt }), ...(note === null ? {} : { note }) };
  }
  if (error.cause instanceof AppError) return { code: error.cause.code, sentence: error.cause.public };
  if (error.cause instanceof ZodError) return { code: 'invalid_input', sentence: toInputSentence(error.cause) };
  return {
    code: protocolCodes[error.code] ?? 'internal',
    sentence: protocolSentences[error.code] ?? errorFaces.internal.sentence,
  };
}

/** Names the first thing that is wrong with an input, and never its value: it may be a secret. */
export function toInputSentence(error: ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  return `${path === '' ? 'input' : path}: ${issue?.message ?? 'is not as expected'}.`;
}

// Errors of the protocol itself, raised before any procedure runs.
const protocolCodes: Partial<Record<TRPCError['code'], ErrorCode>> = {
  BAD_REQUEST: 'invalid_input',
  PARSE_ERROR: 'invalid_input',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'invalid_input',
  UNSUPPORTED_MEDIA_TYPE: 'invalid_input',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
};
const protocolSentences: Partial<Record<TRPCError['code'], string>> = {
  BAD_REQUEST: 'The request is not valid JSON of the shape that this call expects.',
  PARSE_ERROR: 'The request body is not valid JSON.',
  NOT_FOUND: 'There is no such procedure; check its name.',
  METHOD_NOT_SUPPORTED: 'Queries are called by GET, mutations by POST.',
  UNSUPPORTED_MEDIA_TYPE: 'Send the body as application/json.',
  PAYLOAD_TOO_LARGE: 'The request body is larger than 1 MiB.',
};
