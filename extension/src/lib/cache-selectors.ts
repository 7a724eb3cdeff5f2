// Which indexes of the cache answer which members of a filter.

import type { EventFilter } from '@keytrail/shared/event';
import { isInIpRange } from '@keytrail/shared/ip-range';
import { db, distinct } from './db.ts';

/** The sequence numbers in [low, high) of the events that one member of a filter admits, some of them twice. */
export type Selector = (low: number, high: number) => Promise<readonly number[]>;

/** More addresses than a person's log has; beyond, looking each up would cost more than reading the rows. */
const addressesMax = 1000;

/** A selector for each member that has an index, the usually rarest first: an empty one spares the walk of the others. */
export async function toSelectors(filter: EventFilter): Promise<Selector[]> {
  const selectors = [
    byMember('rule', filter.rules),
    byMember('credentialId', filter.credentialIds),
    byMember('proxyId', filter.proxyIds),
    await byPolicy(filter.policyIds),
    byMember('agentId', filter.agentIds),
    await byAddress(filter.ips),
    byMember('service', filter.services),
    byMember('client', filter.clients),
    byMember('type', filter.types),
    byMember('source', filter.sources),
    byMember('outcome', filter.outcomes),
  ];
  return selectors.filter((selector) => selector !== null);
}

function byMember(name: string, values: readonly string[] = []): Selector | null {
  return values.length === 0 ? null : byValues(name, values);
}

function byValues(name: string, values: readonly string[]): Selector {
  const unique = [...new Set(values)];
  return async (low, high) => {
    const walks = unique.map((value) =>
      db.events.where(`[${name}+seq]`).between([value, low], [value, high]).primaryKeys(),
    );
    return (await Promise.all(walks)).flat();
  };
}

/** An event has several policies, and no index can join one of several with the sequence: all of a policy's at once. */
async function byPolicy(ids: readonly string[] = []): Promise<Selector | null> {
  if (ids.length === 0) return null;
  const walks = [...new Set(ids)].map((id) => db.events.where('policyIds').equals(id).primaryKeys());
  const seqs = (await Promise.all(walks)).flat();
  return async (low, high) => seqs.filter((seq) => seq >= low && seq < high);
}

/** Ranges are held against each address that occurs; null where too many do. */
async function byAddress(ranges: readonly string[] = []): Promise<Selector | null> {
  if (ranges.length === 0) return null;
  const addresses = await distinct('clientIp', addressesMax);
  if (addresses.length === addressesMax) return null;
  return byValues(
    'clientIp',
    addresses.filter((address) => ranges.some((range) => isInIpRange(address, range))),
  );
}
