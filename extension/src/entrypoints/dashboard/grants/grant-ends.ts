// When a grant ends: the choices that the dialog offers, and the instant that each stands for.

import { grantDaysMax } from '@keytrail/shared/agent';
import { fromLocalField } from '../../../ui/date-range.ts';
import { strings } from '../strings.ts';

const text = strings.grants.dialog;

const hours = { hour: 1, day: 24, week: 7 * 24, month: grantDaysMax * 24 } as const;

export const grantEnds = ['hour', 'day', 'week', 'month', 'never', 'custom'] as const;
export type GrantEnd = (typeof grantEnds)[number];

export type ChosenEnd =
  | { readonly ok: true /** Null: until revoked. */; readonly at: string | null }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a choice.
 * @param custom what a `datetime-local` field holds, for the choice of a date.
 */
export function toGrantEnd(end: GrantEnd, custom: string, nowMs: number): ChosenEnd {
  if (end === 'never') return { ok: true, at: null };
  if (end !== 'custom') return { ok: true, at: new Date(nowMs + hours[end] * 3_600_000).toISOString() };
  const at = fromLocalField(custom);
  if (at === undefined) return { ok: false, problem: text.customMissing };
  if (Date.parse(at) <= nowMs) return { ok: false, problem: text.customPast };
  if (Date.parse(at) > nowMs + hours.month * 3_600_000) return { ok: false, problem: text.customFar(grantDaysMax) };
  return { ok: true, at };
}
