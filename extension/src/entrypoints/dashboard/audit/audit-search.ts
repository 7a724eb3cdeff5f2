// The audit log's address: which filters it carries and which events they mean.

import { clientKinds } from '@keytrail/shared/client';
import {
  denialRules,
  type EventFilter,
  eventOutcomes,
  eventSources,
  eventTypes,
  type FacetName,
} from '@keytrail/shared/event';
import { toIpRange } from '@keytrail/shared/ip-range';
import { line } from '@keytrail/shared/text';
import { z } from 'zod';
import { toAuditSearch } from '../../../lib/dashboard-link.ts';
import { type DateRange, isLastSpan, toInstants } from '../../../ui/date-range.ts';

/** A list in an address: repeated or single; what does not belong there is left out rather than refused. */
function list<Item extends z.ZodType>(item: Item, max: number) {
  return z
    .unknown()
    .optional()
    .transform((value) => {
      const items = [value].flat().flatMap((entry): z.output<Item>[] => {
        const parsed = item.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      });
      return items.length === 0 ? undefined : [...new Set(items)].slice(0, max);
    });
}

// The year 0 is a date to JavaScript and none to a database.
const instant = z.iso.datetime().refine((text) => !text.startsWith('0000'));
const ids = list(z.uuid(), 50);
/** As many as a filter may name. */
export const ipsMax = 20;
const ipRange = z.string().max(50).transform(toIpRange).pipe(z.string());

/** How the list is divided. */
export const groupings = ['day', 'agent', 'service'] as const;
export type Grouping = (typeof groupings)[number];

const auditSearchSchema = z.object({
  types: list(z.enum(eventTypes), 10),
  sources: list(z.enum(eventSources), 10),
  services: list(line(100), 50),
  agents: ids,
  credentials: ids,
  proxies: ids,
  outcomes: list(z.enum(eventOutcomes), 10),
  clients: list(z.enum(clientKinds), 10),
  ips: list(ipRange, ipsMax),
  rules: list(z.enum(denialRules), 50),
  policies: ids,
  text: line(200).optional().catch(undefined),
  /** One of the spans that end now, such as `24h`, or an instant. */
  from: z
    .string()
    .refine((text) => isLastSpan(text) || instant.safeParse(text).success)
    .optional()
    .catch(undefined),
  to: instant.optional().catch(undefined),
  group: z.enum(groupings).optional().catch(undefined),
  /** The groups that are open, by agent id or service. */
  expanded: list(line(100), 50),
  /** The saved view that was opened; filters that have been changed since stand beside it. */
  view: z.uuid().optional().catch(undefined),
  /** The event whose details are open. */
  event: z.uuid().optional().catch(undefined),
});
type Parsed = z.output<typeof auditSearchSchema>;
export type AuditSearch = { [Name in keyof Parsed]?: Parsed[Name] };

/** Reads an address. Total: whatever is wrong in it is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const parsed = auditSearchSchema.parse(search);
  const { from, to } = parsed;
  if (from === undefined || to === undefined) return parsed;
  // A span ends now.
  if (isLastSpan(from)) return { ...parsed, to: undefined };
  return Date.parse(from) > Date.parse(to) ? { ...parsed, from: to, to: from } : parsed;
}

/** The search param of each filter that is chosen from values. */
export const facetParams = {
  types: 'types',
  sources: 'sources',
  services: 'services',
  agentIds: 'agents',
  credentialIds: 'credentials',
  proxyIds: 'proxies',
  outcomes: 'outcomes',
  clients: 'clients',
  ips: 'ips',
  rules: 'rules',
  policyIds: 'policies',
} as const satisfies Record<FacetName, keyof AuditSearch>;

/** The time filter that an address carries. */
export function toRange({ from, to }: AuditSearch): DateRange {
  if (from === undefined && to === undefined) return { kind: 'all' };
  if (from !== undefined && isLastSpan(from)) return { kind: 'last', span: from };
  return { kind: 'custom', from, to };
}

/** The search params that a time filter leaves in the address. */
export function fromRange(range: DateRange): Pick<AuditSearch, 'from' | 'to'> {
  if (range.kind === 'all') return { from: undefined, to: undefined };
  if (range.kind === 'last') return { from: range.span, to: undefined };
  return { from: range.from, to: range.to };
}

/** The filters that an address carries, without the time. */
export function toChoices(search: AuditSearch): EventFilter {
  const { types, sources, services, outcomes, clients, ips, rules, text } = search;
  const { agents: agentIds, credentials: credentialIds, proxies: proxyIds, policies: policyIds } = search;
  return {
    types,
    sources,
    services,
    agentIds,
    credentialIds,
    proxyIds,
    outcomes,
    clients,
    ips,
    rules,
    policyIds,
    text,
  };
}

/** The address that means the events of a filter. */
export function fromFilter(filter: EventFilter): AuditSearch {
  return parseAuditSearch({ ...toAuditSearch(filter) });
}

/** The events that an address means at this moment. */
export function toFilter(search: AuditSearch, nowMs: number): EventFilter {
  return { ...toChoices(search), ...toInstants(toRange(search), nowMs) };
}
