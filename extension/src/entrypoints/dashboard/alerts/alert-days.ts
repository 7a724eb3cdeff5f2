// Alerts by the day on which they came, in the reader's zone.

import type { AlertSummary } from '@keytrail/shared/alert';
import { toDayNumber } from '../../../ui/time.ts';

export interface AlertDay {
  readonly day: number;
  readonly alerts: readonly AlertSummary[];
}

/** In the order given: newest first. */
export function toAlertDays(alerts: readonly AlertSummary[]): AlertDay[] {
  const days = new Map<number, AlertSummary[]>();
  for (const alert of alerts) {
    const day = toDayNumber(alert.createdAt);
    days.set(day, [...(days.get(day) ?? []), alert]);
  }
  return [...days].map(([day, ofDay]) => ({ day, alerts: ofDay }));
}
