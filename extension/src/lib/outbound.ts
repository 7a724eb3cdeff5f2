// The one file that fetches: every call to the server leaves here, without cookies and with a time limit.

import { usualLimitMs } from './call-limits.ts';
import { FailureError } from './failure.ts';

/**
 * Fetches from the server. Throws a FailureError of kind offline where there is no answer.
 * @param limitMs null where the answer stays open (server-sent events).
 */
export async function fetchFromServer(
  url: string,
  init: RequestInit = {},
  limitMs: number | null = usualLimitMs,
): Promise<Response> {
  const given = init.signal ?? undefined;
  const timeout = limitMs === null ? undefined : AbortSignal.timeout(limitMs);
  const signals = [given, timeout].filter((signal) => signal !== undefined);
  try {
    return await fetch(url, {
      ...init,
      credentials: 'omit',
      cache: 'no-store',
      // A redirect would carry the bearer to an address nobody typed.
      redirect: 'error',
      ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
    });
  } catch (error) {
    if (given?.aborted) throw error;
    const sentence = timeout?.aborted
      ? `The server at ${new URL(url).host} did not answer in time.`
      : `The server at ${new URL(url).host} cannot be reached. Check that it runs and that the address is right.`;
    throw new FailureError({ kind: 'offline', sentence }, error);
  }
}
