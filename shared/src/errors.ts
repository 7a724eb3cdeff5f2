// The closed list of error codes and the face each shows to HTTP and tRPC callers.

/** What a code means to a caller: HTTP status, tRPC code, and a sentence that says what to do next. */
interface ErrorFace {
  readonly status: number;
  readonly trpc: string;
  readonly sentence: string;
}

/** Every error code that leaves the server. Codes are facts in snake_case and never change their meaning. */
export const errorFaces = {
  invalid_input: { status: 400, trpc: 'BAD_REQUEST', sentence: 'The request is not as this call expects it.' },
  credential_ambiguous: {
    status: 409,
    trpc: 'CONFLICT',
    sentence: 'Several credentials of this service are granted; say which by its label.',
  },
  field_unknown: { status: 400, trpc: 'BAD_REQUEST', sentence: 'This credential has no such field.' },
  unauthorized: { status: 401, trpc: 'UNAUTHORIZED', sentence: 'Sign in again, or check the agent key.' },
  access_denied: { status: 403, trpc: 'FORBIDDEN', sentence: 'The access was refused.' },
  owner_only: { status: 403, trpc: 'FORBIDDEN', sentence: 'Only the account owner, signed in, may do this.' },
  agent_only: { status: 403, trpc: 'FORBIDDEN', sentence: 'This call takes an agent key as its bearer.' },
  agent_suspended: { status: 403, trpc: 'FORBIDDEN', sentence: 'This agent is suspended; its owner can resume it.' },
  password_wrong: { status: 403, trpc: 'FORBIDDEN', sentence: 'The password is not right.' },
  passkey_refused: {
    status: 403,
    trpc: 'FORBIDDEN',
    sentence: 'The passkey was not accepted. Try again, or use the password.',
  },
  too_many_tries: {
    status: 429,
    trpc: 'TOO_MANY_REQUESTS',
    sentence: 'The password was tried too often. Wait a quarter of an hour, then try again.',
  },
  vault_locked: {
    status: 423,
    trpc: 'PRECONDITION_FAILED',
    sentence: 'The vault is locked. Its owner can unlock it with their password.',
  },
  approval_pending: {
    status: 408,
    trpc: 'TIMEOUT',
    sentence: 'The owner has not answered yet. Make the same call again: it goes on waiting.',
  },
  not_found: { status: 404, trpc: 'NOT_FOUND', sentence: 'There is no such thing in this account.' },
  conflict: { status: 409, trpc: 'CONFLICT', sentence: 'It was changed meanwhile; reload and try again.' },
  payload_too_large: { status: 413, trpc: 'PAYLOAD_TOO_LARGE', sentence: 'The request body is larger than 1 MiB.' },
  reader_too_slow: {
    status: 408,
    trpc: 'TIMEOUT',
    sentence: 'The stream was ended because nobody read from it. Resume it behind the last event that you have.',
  },
  too_many_streams: {
    status: 429,
    trpc: 'TOO_MANY_REQUESTS',
    sentence: 'This account has too many live streams open. Close some dashboards or clients, then try again.',
  },
  event_conflict: {
    status: 409,
    trpc: 'CONFLICT',
    sentence: 'An event with this id and other content is already recorded.',
  },
  event_not_recorded: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The use could not be recorded, so nothing was released. Try again.',
  },
  database_unavailable: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The database does not answer. Nothing was changed; try again shortly.',
  },
  server_stopping: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The server is stopping. Resume the stream behind the last event that you have.',
  },
  secret_unreadable: {
    status: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    sentence: 'The stored secret does not open with this server’s master key.',
  },
  reconnect_needed: {
    status: 409,
    trpc: 'CONFLICT',
    sentence: 'The provider no longer renews this token. Its owner has to connect it again.',
  },
  refresh_failed: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The token has expired and could not be renewed just now. Try again shortly.',
  },
  connect_failed: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence: 'The provider gave no tokens. Start the connection again.',
  },
  master_key_unavailable: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The server cannot reach its master key just now, so no secret opens. Try again shortly.',
  },
  upstream_forbidden: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence:
      'This upstream lies at a private address. Whoever runs the server can allow it by name in KEYTRAIL_ALLOWED_UPSTREAMS.',
  },
  upstream_unreachable: { status: 502, trpc: 'BAD_GATEWAY', sentence: 'The upstream could not be reached.' },
  upstream_failed: { status: 502, trpc: 'BAD_GATEWAY', sentence: 'The upstream answered with an error.' },
  upstream_unauthorized: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence: 'The upstream did not accept the credential. Its owner can renew it.',
  },
  token_renewed: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    sentence: 'The upstream did not accept the token, which was renewed just now. Send the call again.',
  },
  proxy_loop: {
    status: 508,
    trpc: 'BAD_REQUEST',
    sentence: 'The upstream of this proxy leads back to this server. Its owner can give it another address.',
  },
  upstream_redirected: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence: 'The upstream answered with a redirect, which is not followed. Its owner can correct the address.',
  },
  webhook_failed: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence: 'The webhook did not do what it was asked. Look at what it says itself, then try again.',
  },
  not_injectable: {
    status: 502,
    trpc: 'BAD_GATEWAY',
    sentence:
      'The credential holds characters that no header can carry, such as a line break. Its owner can correct it.',
  },
  internal: { status: 500, trpc: 'INTERNAL_SERVER_ERROR', sentence: 'Something broke on the server. Try again.' },
} as const satisfies Record<string, ErrorFace>;

export type ErrorCode = keyof typeof errorFaces;

/** A broken promise: `message` is for the log, `public` for the caller. Neither holds a secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly public: string;

  constructor(code: ErrorCode, options: { message: string; public?: string; cause?: unknown }) {
    super(options.message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.public = options.public ?? errorFaces[code].sentence;
  }
}
