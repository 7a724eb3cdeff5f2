// Which of what waits is shown before the owner asks for the rest: approvals come first, for they last a minute.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { ApprovalSummary } from '@keytrail/shared/approval';

export interface ShownWaiting {
  /** Those that wait first, as below. */
  readonly approvals: readonly ApprovalSummary[];
  readonly requests: readonly AccessRequestSummary[];
  /** How many wait beside those that are shown. */
  readonly more: number;
}

interface Waiting {
  readonly approvals: readonly ApprovalSummary[];
  readonly requests: readonly AccessRequestSummary[];
}

/**
 * @param most so many cards of both together, and so many of each that were just settled, the latest of them
 * @param openIds requests for grants that the owner is answering: they stay, whatever comes
 */
export function toShownWaiting(
  { approvals, requests }: Waiting,
  most: number,
  openIds: ReadonlySet<string>,
): ShownWaiting {
  const asking = approvals.filter(isWaiting);
  const wishing = requests.filter(isWaiting);
  const asked = asking.slice(0, most);
  const wished = wishing.filter(({ id }, index) => index < most - asked.length || openIds.has(id));
  return {
    approvals: [...asked, ...toLatest(approvals, most)],
    requests: [...wished, ...toLatest(requests, most)],
    more: asking.length + wishing.length - asked.length - wished.length,
  };
}

/** How many wait, of both. */
export function countCards({ approvals, requests }: Waiting): number {
  return approvals.filter(isWaiting).length + requests.filter(isWaiting).length;
}

function isWaiting({ status }: { readonly status: string }): boolean {
  return status === 'waiting';
}

/** Those that were settled last, in the order they have. */
function toLatest<Item extends { readonly status: string; readonly answeredAt: string | null }>(
  items: readonly Item[],
  most: number,
): readonly Item[] {
  const settled = items.filter((item) => !isWaiting(item));
  const latest = settled.toSorted((one, other) => ((one.answeredAt ?? '') < (other.answeredAt ?? '') ? 1 : -1));
  return settled.filter((item) => latest.indexOf(item) < most);
}
