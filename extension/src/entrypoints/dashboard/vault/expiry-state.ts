// How near a credential's end is, in the steps at which its owner is warned.

export type ExpiryState = 'later' | 'soon' | 'expired';

/** As the server's first alert. */
const soonMs = 14 * 86_400_000;

/** `later` also for what never ends. */
export function toExpiryState(expiresAt: string | null, nowMs: number): ExpiryState {
  if (expiresAt === null) return 'later';
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return 'expired';
  return leftMs <= soonMs ? 'soon' : 'later';
}
