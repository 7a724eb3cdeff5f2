// The audit log's address: which filters it carries and which events they mean.

import { type EventFilter, eventSources, eventTypes } from '@keytrail/shared/event';
import { z } from 'zod';
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
      return items.length === 0 ? undefined : items.slice(0, max);
    });
}

const instant = z.iso.datetime();

const auditSearchSchema = z.object({
  types: list(z.enum(eventTypes), 10),
  sources: list(z.enum(eventSources), 10),
  services: list(z.string().min(1).max(100), 50),
  agents: list(z.uuid(), 50),
  /** `24h`, `7d`, `30d`, or an instant. */
  from: z
    .string()
    .refine((text) => isLastSpan(text) || instant.safeParse(text).success)
    .optional()
    .catch(undefined),
  to: instant.optional().catch(undefined),
  /** The event whose details are open. */
  event: z.uuid().optional().catch(undefined),
});
export type AuditSearch = {
  [Name in keyof z.output<typeof auditSearchSchema>]?: z.output<typeof auditSearchSchema>[Name];
};

/** Reads an address. Total: whatever is wrong in it is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  return auditSearchSchema.parse(search);
}

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

/** The multi-select filters that an address carries, without the time. */
export function toChoices({ types, sources, services, agents }: AuditSearch): EventFilter {
  return {
    ...(types === undefined ? {} : { types }),
    ...(sources === undefined ? {} : { sources }),
    ...(services === undefined ? {} : { services }),
    ...(agents === undefined ? {} : { agentIds: agents }),
  };
}

/** The search params that multi-select filters leave in the address. */
export function fromChoices(filter: EventFilter): Pick<AuditSearch, 'types' | 'sources' | 'services' | 'agents'> {
  return { types: filter.types, sources: filter.sources, services: filter.services, agents: filter.agentIds };
}

/** The events that an address means at this moment. */
export function toFilter(search: AuditSearch, nowMs: number): EventFilter {
  return { ...toChoices(search), ...toInstants(toRange(search), nowMs) };
}
