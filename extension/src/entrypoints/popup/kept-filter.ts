// The popup's filter, kept while the browser runs: a popup closes at the first click beside it, and opens as it was.

import { type EventFilter, eventSources, eventTypes } from '@keytrail/shared/event';
import { browser } from 'wxt/browser';

export const keptFilterKey = 'popupFilter';

/** Keeps a filter for the next opening by this account. */
export async function keepFilter(accountId: string, filter: EventFilter): Promise<void> {
  await browser.storage.session.set({ [keptFilterKey]: { accountId, filter } });
}

/**
 * The filter that this account left, read off what the session's storage answered; an empty one where there is none. By
 * hand, since the first paint waits.
 */
export function toKeptFilter({ [keptFilterKey]: kept }: { [keptFilterKey]?: unknown }, accountId: string): EventFilter {
  const stored = toMembers(kept);
  if (stored.accountId !== accountId) return {};
  const { types, sources, services, agentIds } = toMembers(stored.filter);
  const members = {
    types: eventTypes.filter((type) => toTexts(types).includes(type)),
    sources: eventSources.filter((source) => toTexts(sources).includes(source)),
    services: toTexts(services),
    agentIds: toTexts(agentIds),
  };
  return Object.fromEntries(Object.entries(members).filter(([, values]) => values.length > 0));
}

function toMembers(stored: unknown): Readonly<Record<string, unknown>> {
  return typeof stored === 'object' && stored !== null ? Object.fromEntries(Object.entries(stored)) : {};
}

function toTexts(stored: unknown): string[] {
  return Array.isArray(stored) ? stored.filter((value) => typeof value === 'string') : [];
}
