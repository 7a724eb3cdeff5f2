// A bound on how often one tab may ask for a fill: a page that owns its content script cannot flood the log.

const fillsPerMinuteMax = 10;
const minuteMs = 60_000;
const fillTimesMs = new Map<number, readonly number[]>();

/** Counts one fill of a tab; false when it is one too many. */
export function isWithinRate(tabId: number, nowMs: number): boolean {
  const recent = (fillTimesMs.get(tabId) ?? []).filter((timeMs) => nowMs - timeMs < minuteMs);
  if (recent.length >= fillsPerMinuteMax) return false;
  fillTimesMs.set(tabId, [...recent, nowMs]);
  return true;
}
