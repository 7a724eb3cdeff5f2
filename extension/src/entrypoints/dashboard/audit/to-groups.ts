// The groups of the log by agent or by service, out of the counts.

import { countedValuesMax, type EventFilter } from '@keytrail/shared/event';
import { type KnownValue, toFilterOptions } from './filter-options.ts';
import type { Facets } from './use-facets.ts';

/** The groupings whose groups are values of a filter. */
export const groupMembers = { agent: 'agentIds', service: 'services' } as const;
export type ValueGrouping = keyof typeof groupMembers;

export interface Group {
  /** An agent's id, or a service. */
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

/** Largest first. Where the filter names some of the values, only those; none that is empty. */
export function toGroups(
  by: ValueGrouping,
  filter: EventFilter,
  known: readonly KnownValue[],
  facets: Facets,
): readonly Group[] {
  const member = groupMembers[by];
  const wanted = filter[member] ?? [];
  return toFilterOptions(member, [], known, facets)
    .filter(({ value }) => wanted.length === 0 || wanted.includes(value))
    .flatMap(({ value, label, count = 0 }) => (count === 0 ? [] : [{ value, label, count }]));
}

/**
 * How many events are in no group: they are of no agent, or of no service. None where the filter names the groups, or
 * where not every group is listed, since the rest may then be in those.
 */
export function countUngrouped(by: ValueGrouping, filter: EventFilter, { total, values }: Facets): number {
  const member = groupMembers[by];
  const listed = values[member];
  if ((filter[member] ?? []).length > 0 || listed.length >= countedValuesMax) return 0;
  return Math.max(0, total - listed.reduce((sum, { count }) => sum + count, 0));
}
