// OAuth credentials in words and shapes: how they are connected, how their refreshing stands. No zod here (see
// `oauth-schema.ts`): the dashboard's lists must not wait for schemas.

/** How the client proves itself to the token endpoint: RFC 6749 §2.3.1, or not at all. */
export const clientAuths = ['basic', 'post', 'none'] as const;
export type ClientAuth = (typeof clientAuths)[number];

/** How the refreshing of a token stands. */
export interface RefreshSummary {
  /** Who has the refresh token. What the webhook can do about it is said of the webhook. */
  readonly heldBy: 'keytrail' | 'webhook';
  /** Whether everything that a refresh takes is there: token endpoint, client and refresh token. */
  readonly possible: boolean;
  /** An attempt is under way, until then at the latest; null while none is. */
  readonly underWayUntil: string | null;
  /** Since when the webhook has acknowledged that it will renew it, and has not; null while nothing is waited for. */
  readonly waitingSince: string | null;
  readonly refreshedAt: string | null;
  /** Since when attempts fail, when the next one may be made, and why the last one failed. */
  readonly failing: { readonly since: string; readonly retryAt: string; readonly because: string } | null;
  /** Why no attempt can succeed until the credential is connected again; null while one can. */
  readonly reconnectNeeded: string | null;
}
