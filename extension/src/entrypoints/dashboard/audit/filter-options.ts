// What a filter offers: the values that may occur, the values that did, what was chosen, and how many events each has.

import { clientKindLabels, clientKinds } from '@keytrail/shared/client';
import {
  countedValuesMax,
  denialRuleSentences,
  denialRules,
  eventOutcomes,
  eventSourceLabels,
  eventSources,
  eventTypeLabels,
  eventTypes,
  type FacetName,
} from '@keytrail/shared/event';
import { isInIpRange } from '@keytrail/shared/ip-range';
import type { FilterOption } from '../../../ui/filter-option.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import type { Facets } from './use-facets.ts';

export type KnownValue = Pick<FilterOption<string>, 'value' | 'label' | 'detail'>;

/** Filters whose values are known beforehand, in the order in which they always stand. */
const fixedValues: { readonly [Name in FacetName]?: readonly KnownValue[] } = {
  types: eventTypes.map((value) => ({ value, label: eventTypeLabels[value] })),
  sources: eventSources.map((value) => ({ value, label: eventSourceLabels[value] })),
  outcomes: eventOutcomes.map((value) => ({ value, label: shared.eventOutcomes[value] })),
  clients: clientKinds.map((value) => ({ value, label: clientKindLabels[value] })),
  rules: denialRules.map((value) => ({ value, label: denialRuleSentences[value], detail: value })),
};

/** Values that say nothing to a reader without a name. */
const nameless: readonly FacetName[] = ['agentIds', 'credentialIds', 'proxyIds', 'policyIds'];

/**
 * Fixed values first, then what occurred, most frequent first, then the rest by name.
 * @param known names from the vault and the cache, which outdo the names that events recorded.
 * @param facets absent while nothing is counted.
 */
export function toFilterOptions(
  name: FacetName,
  chosen: readonly string[],
  known: readonly KnownValue[],
  facets: Facets | undefined,
): FilterOption<string>[] {
  const values = new Map<string, KnownValue>();
  for (const value of fixedValues[name] ?? []) values.set(value.value, value);
  for (const { value, label } of facets?.values[name] ?? []) {
    if (!values.has(value)) values.set(value, { value, label: label ?? toFallback(name, value) });
  }
  for (const value of known) values.set(value.value, value);
  for (const value of chosen) if (!values.has(value)) values.set(value, { value, label: toFallback(name, value) });
  return [...values.values()].map((value) => ({ ...value, count: toCount(name, value.value, facets) }));
}

function toFallback(name: FacetName, value: string): string {
  return nameless.includes(name) ? strings.filters.unnamed(strings.filters.names[name], value) : value;
}

/** Undefined where the count is not known: nothing was counted, or the value is too rare to be among those listed. */
function toCount(name: FacetName, value: string, facets: Facets | undefined): number | undefined {
  const listed = facets?.values[name];
  if (listed === undefined) return undefined;
  const own = listed.find((candidate) => candidate.value === value);
  if (own !== undefined) return own.count;
  if (listed.length >= countedValuesMax) return undefined;
  if (name !== 'ips') return 0;
  return listed.filter((address) => isInIpRange(address.value, value)).reduce((sum, { count }) => sum + count, 0);
}
