// Which indexes of the cache answer which members of a filter.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { isInIpRange } from '@keytrail/shared/ip-range';
import type { CacheReader, IndexedMember, SeqRange } from './cache-reader.ts';

/** One member of a filter, by its index. */
export interface Selector {
  /** The sequence numbers of the events in a range that it admits, some of them twice. */
  listSeqs(range: SeqRange): Promise<readonly number[]>;
  /** The events in a range that it admits, some of them twice; null where they are more than a few. */
  readFew(range: SeqRange): Promise<readonly AuditEvent[] | null>;
}

/** What a person would call rare: read whole, in one step, sooner than anything is looked through. */
const fewMax = 64;
/** So few values are asked for what they have before anything else is. */
const valuesMax = 8;
/** More addresses than a person's log has; beyond, looking each up would cost more than reading the rows. */
const addressesMax = 1000;

/** A selector for each member that has an index, the usually rarest first: an empty one spares the walk of the others. */
export async function toSelectors(reader: CacheReader, filter: EventFilter): Promise<Selector[]> {
  const byMember = (member: IndexedMember, values: readonly string[] = []) =>
    values.length === 0 ? null : byValues(reader, member, values);
  const selectors = [
    byMember('rule', filter.rules),
    byMember('credentialId', filter.credentialIds),
    byMember('proxyId', filter.proxyIds),
    await byPolicy(reader, filter.policyIds),
    byMember('agentId', filter.agentIds),
    await byAddress(reader, filter.ips),
    byMember('service', filter.services),
    byMember('client', filter.clients),
    byMember('type', filter.types),
    byMember('source', filter.sources),
    byMember('outcome', filter.outcomes),
  ];
  return selectors.filter((selector) => selector !== null);
}

function byValues(reader: CacheReader, member: IndexedMember, values: readonly string[]): Selector {
  const unique = [...new Set(values)];
  return {
    listSeqs: async (range) =>
      (await Promise.all(unique.map((value) => reader.listSeqsWith(member, value, range)))).flat(),
    readFew: async (range) => {
      if (unique.length > valuesMax) return null;
      const rows = await Promise.all(unique.map((value) => reader.readRowsWith(member, value, range, fewMax)));
      return rows.some(({ length }) => length === fewMax) ? null : rows.flat();
    },
  };
}

/** An event has several policies, and no index can join one of several with the sequence: all of a policy's at once. */
async function byPolicy(reader: CacheReader, ids: readonly string[] = []): Promise<Selector | null> {
  if (ids.length === 0) return null;
  const seqs = (await Promise.all([...new Set(ids)].map((id) => reader.listSeqsOfPolicy(id)))).flat();
  const listSeqs = async ({ low, high }: SeqRange) => seqs.filter((seq) => seq >= low && seq < high);
  return {
    listSeqs,
    readFew: async (range) => {
      const within = await listSeqs(range);
      return within.length < fewMax ? await reader.readRows(within) : null;
    },
  };
}

/** Ranges are held against each address that occurs; null where too many do. */
async function byAddress(reader: CacheReader, ranges: readonly string[] = []): Promise<Selector | null> {
  if (ranges.length === 0) return null;
  const addresses = await reader.listAddresses(addressesMax);
  if (addresses.length === addressesMax) return null;
  return byValues(
    reader,
    'clientIp',
    addresses.filter((address) => ranges.some((range) => isInIpRange(address, range))),
  );
}
