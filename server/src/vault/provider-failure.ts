// Why a provider gave no tokens, as one of few classes. What it said stays behind: it may quote what it was sent.

import { AppError } from '@keytrail/shared/errors';
import { type RefreshErrorClass, refreshErrorSentences } from '@keytrail/shared/event';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

/** A provider that was asked for tokens and gave none. */
export class ProviderFailure extends Error {
  readonly errorClass: RefreshErrorClass;
  /** The provider's own code, where it is one of RFC 6749, 8628 or alike; else null. */
  readonly code: string | null;
  readonly public: string | null;

  constructor(errorClass: RefreshErrorClass, code: string | null, sentence: string | null = null) {
    super(`token endpoint: ${errorClass}${code === null ? '' : ` (${code})`}`);
    this.name = 'ProviderFailure';
    this.errorClass = errorClass;
    this.code = code;
    this.public = sentence;
  }
}

/** Without the cause: that of openid-client holds the whole answer, tokens and all. */
export function toProviderFailure(error: unknown): ProviderFailure {
  const [known] = toCauses(error).filter((cause) => cause instanceof ProviderFailure);
  if (known !== undefined) return known;
  if (error instanceof AuthorizationResponseError) return toRefusal(error.error, 400, noConsent);
  if (error instanceof ResponseBodyError) return toRefusal(error.error, error.status);
  const [own] = toCauses(error).filter((cause) => cause instanceof AppError);
  if (own !== undefined) return new ProviderFailure('unreachable', null, own.public);
  if (error instanceof ClientError && error.code === 'OAUTH_TIMEOUT') return new ProviderFailure('timeout', null);
  const status = findStatus(error);
  if (status === 429) return new ProviderFailure('provider_busy', null);
  return new ProviderFailure(status !== null && status >= 500 ? 'provider_error' : 'provider_answer', null);
}

/** Why a connection did not come about, as one of ours. */
export function toConnectError(error: unknown): unknown {
  if (!(error instanceof ProviderFailure)) return error;
  const said = error.public ?? refreshErrorSentences[error.errorClass];
  const code = error.code === null ? '' : ` (${error.code})`;
  const words =
    error.errorClass === 'invalid_grant' ? 'The provider did not accept its own code: it is used up or too old' : said;
  return new AppError('connect_failed', { message: error.message, public: `${words.replace(/\.$/, '')}${code}.` });
}

const noConsent = 'There was no consent at the provider';

function toRefusal(code: string, status: number, sentence: string | null = null): ProviderFailure {
  const known = /^[a-z_]{1,40}$/.test(code) ? code : null;
  if (known === 'invalid_grant') return new ProviderFailure('invalid_grant', known);
  if (status === 429 || known === 'slow_down') return new ProviderFailure('provider_busy', known);
  return new ProviderFailure(status >= 500 ? 'provider_error' : 'provider_refused', known, sentence);
}

/** openid-client hands the response on as the cause of what it throws. */
function findStatus(error: unknown): number | null {
  const [response] = toCauses(error).filter((cause) => cause instanceof Response);
  return response?.status ?? null;
}

/** The error, its cause, the cause of that and so on. */
function toCauses(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...toCauses(error.cause)] : [error];
}
