// Makes the answers of token endpoints that differ from RFC 6749 §5 fit it, so that a strict reader can be used: what is
// broken stays broken, and never passes for success. A good token is not thrown away for what is said beside it: the one
// before it is of no use any more.

import { toLifetimeS } from './readable-tokens.ts';

/** What a token endpoint answered. The body is secret. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The same as the RFC has it, where it can be read at all; else as it came. */
export function toConformAnswer(answer: RawAnswer): RawAnswer {
  const members = parseMembers(answer);
  if (members === null) return answer;
  const isError = (typeof members.error === 'string' && members.error !== '') || members.ok === false;
  const kept = isError ? toErrorMembers(members) : toTokenMembers(members);
  return { status: toStatus(answer.status, isError), contentType: 'application/json', body: JSON.stringify(kept) };
}

type Members = Record<string, unknown>;

/** JSON under whatever name, or a form, as GitHub answers unless asked otherwise. */
function parseMembers({ contentType, body }: RawAnswer): Members | null {
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return Object.fromEntries(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** What some call it when a refresh token is of no use any more, which the RFC calls invalid_grant. */
const endedGrants = new Set(['bad_refresh_token', 'invalid_refresh_token', 'token_revoked', 'token_expired']);

function toErrorMembers({ error }: Members): Members {
  const code = typeof error === 'string' ? error : 'invalid_request';
  // The description is left out: nobody needs it, and it may quote what was sent.
  return { error: endedGrants.has(code) ? 'invalid_grant' : code };
}

function toTokenMembers(members: Members): Members {
  // An identity is not what is asked for here; its token would have to be checked.
  const { id_token: _identity, ...others } = members;
  const conform = {
    ...others,
    token_type: toTokenType(members.token_type),
    refresh_token: typeof members.refresh_token === 'string' ? members.refresh_token : null,
    expires_in: toLifetimeS(toNumber(members.expires_in)),
    scope: toScopeText(members.scope),
  };
  return Object.fromEntries(Object.entries(conform).filter(([, value]) => value !== null && value !== ''));
}

/** Some put it in quotes. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
}

/** Some name scopes as a list. */
function toScopeText(scope: unknown): string | null {
  if (typeof scope === 'string') return scope;
  return Array.isArray(scope) ? scope.filter((each) => typeof each === 'string').join(' ') : null;
}

/** Slack says `user` and `bot`, some say nothing; all of these are bearers. What is bound to a key is not. */
function toTokenType(type: unknown): unknown {
  return typeof type === 'string' && /^(dpop|mac|pop)$/i.test(type) ? type : 'bearer';
}

function toStatus(status: number, isError: boolean): number {
  if (!isError) return status === 201 || status === 203 ? 200 : status;
  return status >= 200 && status < 300 ? 400 : status;
}
