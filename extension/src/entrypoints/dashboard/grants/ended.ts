// Whether a grant still holds.

import type { GrantSummary } from '@keytrail/shared/agent';

/** True once it was revoked or its end has passed. */
export function isEnded({ revokedAt, expiresAt }: GrantSummary, nowMs: number): boolean {
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= nowMs);
}
