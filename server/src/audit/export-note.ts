// What the event of an export says in words: its format, and the filter that it was limited to.

import { clientKindLabels } from '@keytrail/shared/client';
import {
  type EventFilter,
  eventSourceLabels,
  eventTypeLabels,
  type FacetName,
  facetNames,
} from '@keytrail/shared/event';
import { toOneLine } from '@keytrail/shared/text';
import type { Facets } from './facets.ts';

/** What an event's note holds at most. */
const noteCharactersMax = 500;

const names: Record<FacetName, string> = {
  types: 'type',
  sources: 'source',
  services: 'service',
  agentIds: 'agent',
  credentialIds: 'credential',
  proxyIds: 'proxy',
  outcomes: 'outcome',
  clients: 'client',
  ips: 'IP',
  rules: 'rule',
  policyIds: 'policy',
};

/** The members whose values have names of their own; elsewhere a service may be called `agent`. */
const fixedLabels: Partial<Record<FacetName, Readonly<Record<string, string>>>> = {
  types: eventTypeLabels,
  sources: eventSourceLabels,
  clients: clientKindLabels,
};

/**
 * Such as `CSV, type: Policy Denied or Agent Access; agent: deploy-bot; from 2026-11-01T00:00:00Z`. Agents, credentials
 * and proxies go by the names that the counts of the same filter give them.
 */
export function toExportNote(format: string, filter: EventFilter, values: Facets['values']): string {
  const members = facetNames.flatMap((name) => toMemberWords(name, filter[name] ?? [], values));
  const parts = [
    ...members,
    ...(filter.text === undefined ? [] : [`text: “${filter.text}”`]),
    ...(filter.from === undefined ? [] : [`from ${filter.from}`]),
    ...(filter.to === undefined ? [] : [`to ${filter.to}`]),
  ];
  return shorten(`${format}, ${parts.length === 0 ? 'all events' : parts.join('; ')}`);
}

function toMemberWords(name: FacetName, chosen: readonly string[], values: Facets['values']): string[] {
  if (chosen.length === 0) return [];
  const labels = new Map(values[name].map(({ value, label }) => [value, label]));
  const words = chosen.map((value) => fixedLabels[name]?.[value] ?? labels.get(value) ?? value);
  return [`${names[name]}: ${words.join(' or ')}`];
}

function shorten(words: string): string {
  const whole = toOneLine(words, noteCharactersMax * 4);
  return whole.length <= noteCharactersMax ? whole : `${toOneLine(whole, noteCharactersMax - 1)}…`;
}
