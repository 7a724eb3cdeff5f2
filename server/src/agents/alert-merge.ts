// Two alerts of one cause within a minute are one alert that says both.

import { type ClientKind, clientKindLabels } from '@keytrail/shared/client';
import type { EventFilter } from '@keytrail/shared/event';
import type { AlertDraft } from './alert-draft.ts';

/** As many addresses as a filter takes. */
const ipsMax = 20;
const namedMax = 3;

/** `older` with what `newer` adds to it. Both have the same cause. */
export function mergeAlerts(older: AlertDraft, newer: AlertDraft): AlertDraft {
  const filter = mergeFilters(older.filter, newer.filter);
  return { ...newer, filter, sentence: toMergedSentence(newer, filter) };
}

function mergeFilters(older: EventFilter, newer: EventFilter): EventFilter {
  const { ips: _ips, clients: _clients, ...others } = newer;
  const ips = union(older.ips, newer.ips);
  const clients = union(older.clients, newer.clients);
  return {
    ...others,
    ...(older.from === undefined ? {} : { from: older.from }),
    ...(ips === undefined || ips.length > ipsMax ? {} : { ips }),
    ...(clients === undefined ? {} : { clients }),
  };
}

/** Undefined where either admits everything. */
function union<T>(older: readonly T[] | undefined, newer: readonly T[] | undefined): T[] | undefined {
  return older === undefined || newer === undefined ? undefined : [...new Set([...older, ...newer])];
}

function toMergedSentence(newer: AlertDraft, { ips, clients }: EventFilter): string {
  const who = toWho(newer);
  if (newer.kind === 'new_ip') return `${who} from ${toNames(ips, 'new addresses')}.`;
  if (newer.kind === 'new_client') {
    return `${who} with ${toNames(clients?.map(toClientWords), 'new kinds of clients')}.`;
  }
  return newer.sentence;
}

function toWho({ agentId, proxyId, subject }: AlertDraft): string {
  if (proxyId !== null) return `The proxy ${subject} was called`;
  return agentId === null ? 'Credentials were used directly' : `${subject} used credentials`;
}

function toClientWords(kind: ClientKind): string {
  return clientKindLabels[kind];
}

function toNames(names: readonly string[] | undefined, noun: string): string {
  if (names === undefined) return `more than ${ipsMax} ${noun}`;
  const more = names.length - namedMax;
  const named = names.slice(0, namedMax).join(', ');
  return `${names.length} ${noun}: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
