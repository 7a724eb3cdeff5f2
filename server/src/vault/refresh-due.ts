// Whether a token has to be refreshed, and whether it can be; pure.

import { refreshErrorSentences } from '@keytrail/shared/event';
import type { RefreshSummary } from '@keytrail/shared/oauth';
import { oauthPublic } from '@keytrail/shared/oauth-schema';
import type { RefreshState } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';
import type { ProviderClient } from './token-endpoint.ts';

/** A token that ends sooner is refreshed before it is handed out: it would end on its way. */
export const dueBeforeEndMs = 60_000;

/** Nothing tried yet, or nothing wrong. */
export const restingState: RefreshState = {
  attempt: null,
  refreshedAt: null,
  failures: 0,
  failingSince: null,
  retryAt: null,
  errorClass: null,
  correlationId: null,
  reconnectNeeded: null,
  waitingSince: null,
};

type Refreshing = Pick<CredentialRow, 'kind' | 'public' | 'refresh'>;

/** Whether the access token has ended, or is about to, by a clock. One whose end nobody knows never is. */
export function isTokenDue({ kind, public: readable }: Refreshing, nowMs: number, beforeMs = dueBeforeEndMs): boolean {
  const end = kind === 'oauth' ? readable.accessTokenExpiresAt : null;
  return typeof end === 'string' && Date.parse(end) - nowMs < beforeMs;
}

/** What a refresh takes beside the secrets; null where something is missing. */
export function toProviderClient(
  row: Pick<CredentialRow, 'kind' | 'public'>,
  clientSecret: string | null,
): ProviderClient | null {
  if (row.kind !== 'oauth') return null;
  // Written from a CredentialInput, or by `toReadableTokens`, which keeps to the same bounds.
  const { tokenUrl, clientId, ...others } = oauthPublic.parse(row.public);
  return tokenUrl === undefined || clientId === undefined ? null : { ...others, tokenUrl, clientId, clientSecret };
}

export function isRefreshable(row: Refreshing, secretFields: readonly string[]): boolean {
  return secretFields.includes('refreshToken') && toProviderClient(row, null) !== null;
}

/** How it stands, as its owner sees it; null for what is no OAuth credential. */
export function toRefreshSummary(
  row: Refreshing & { readonly held: boolean },
  secretFields: readonly string[],
): RefreshSummary | null {
  if (row.kind !== 'oauth') return null;
  const { refreshedAt = null, failingSince, retryAt, errorClass, reconnectNeeded = null } = row.refresh ?? {};
  return {
    heldBy: row.held ? 'webhook' : 'keytrail',
    possible: isRefreshable(row, secretFields),
    underWayUntil: row.refresh?.attempt?.leaseUntil ?? null,
    waitingSince: row.refresh?.waitingSince ?? null,
    refreshedAt,
    failing:
      failingSince && retryAt && errorClass
        ? { since: failingSince, retryAt, because: refreshErrorSentences[errorClass] }
        : null,
    reconnectNeeded,
  };
}
