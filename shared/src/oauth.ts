// OAuth credentials in words and shapes: how they are connected, how their refreshing stands. No zod here (see
// `oauth-schema.ts`): the dashboard's lists must not wait for schemas.

/** How the client proves itself to the token endpoint: RFC 6749 §2.3.1, or not at all. */
export const clientAuths = ['basic', 'post', 'none'] as const;
export type ClientAuth = (typeof clientAuths)[number];

/** How the refreshing of a token stands. */
export interface RefreshSummary {
  /** Whether everything that a refresh takes is there: token endpoint, client and refresh token. */
  readonly possible: boolean;
  readonly refreshedAt: string | null;
  /** Since when attempts fail, when the next one may be made, and why the last one failed. */
  readonly failing: { readonly since: string; readonly retryAt: string; readonly because: string } | null;
  /** Why no attempt can succeed until the credential is connected again; null while one can. */
  readonly reconnectNeeded: string | null;
}
