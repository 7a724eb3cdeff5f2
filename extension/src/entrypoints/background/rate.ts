// A bound on how often pages may ask for a fill: one that owns its content script cannot flood the log, with the tabs that it
// opens neither.

const fillsPerMinuteMax = { ofTab: 10, ofAll: 60 };
const minuteMs = 60_000;
let fills: readonly { readonly tabId: number; readonly timeMs: number }[] = [];

/** Counts one fill of a tab; false when it is one too many. */
export function isWithinRate(tabId: number, nowMs: number): boolean {
  fills = fills.filter(({ timeMs }) => nowMs - timeMs < minuteMs);
  const ofTab = fills.filter((fill) => fill.tabId === tabId).length;
  if (ofTab >= fillsPerMinuteMax.ofTab || fills.length >= fillsPerMinuteMax.ofAll) return false;
  fills = [...fills, { tabId, timeMs: nowMs }];
  return true;
}
