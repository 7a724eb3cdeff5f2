// Which alerts become notifications: of those that came while the browser was away, the last few; then every new one.

import type { AlertSummary } from '@keytrail/shared/alert';

type Alert = Pick<AlertSummary, 'id' | 'seenAt'>;

const awayMax = 3;

/**
 * From which alert on a browser that has just started tells: the third newest that nobody has seen.
 * @param alerts newest first. Their ids begin with their time and order as they came.
 */
export function findFirstTold(alerts: readonly Alert[]): string {
  return alerts.filter(({ seenAt }) => seenAt === null)[awayMax - 1]?.id ?? '';
}

/** Those to show, oldest first, so that the newest comes to lie on top. */
export function toToldAlerts<T extends Alert>(alerts: readonly T[], firstTold: string): T[] {
  return alerts.filter(({ id, seenAt }) => seenAt === null && id >= firstTold).reverse();
}
