// The one shape in which errors leave: what callers are told, and the status it has.

import { toDenialSentence, toDenialStatus } from '@keytrail/shared/denial';
import { AppError, type ErrorCode, errorFaces } from '@keytrail/shared/errors';
import type { DenialRule } from '@keytrail/shared/event';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { findCode, isDatabaseAway } from '../base/db.ts';
import type { Denied } from '../vault/denial.ts';

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
export function toStatus(error: TRPCError): number {
  return error.cause instanceof DeniedError ? toDenialStatus(error.cause.rule) : errorFaces[toFacts(error).code].status;
}

/** What a caller is told of it. */
export function toFacts(error: TRPCError): ErrorFacts {
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
