// What the queries of the cache read, whichever way: by Dexie, whose live queries notice what was read
// (`dexie-reader.ts`), or by IndexedDB itself, which a first paint need not wait for (`direct-reader.ts`).

import type { AuditEvent } from '@keytrail/shared/event';
import type { CacheState } from './cache-schema.ts';

/** Members of an event that are indexed together with its sequence number. */
export type IndexedMember =
  | 'type'
  | 'source'
  | 'outcome'
  | 'service'
  | 'agentId'
  | 'credentialId'
  | 'proxyId'
  | 'client'
  | 'rule'
  | 'clientIp';

/** Sequence numbers in [low, high). */
export interface SeqRange {
  readonly low: number;
  readonly high: number;
}

/** Every answer is in the order of sequence numbers, oldest first, unless it says otherwise. */
export interface CacheReader {
  readState(): Promise<CacheState>;
  /** The sequence numbers of the oldest and the newest event; null for an empty cache. */
  findEnds(): Promise<{ readonly oldest: number; readonly newest: number } | null>;
  /** The sequence number of the first event that was recorded at or after an instant; undefined where there is none. */
  findFirstFrom(recordedAt: string): Promise<number | undefined>;
  readRange(range: SeqRange): Promise<AuditEvent[]>;
  /** The events with these sequence numbers, in this order, without those that are not there. */
  readRows(seqs: readonly number[]): Promise<AuditEvent[]>;
  /** The first `limit` events of a range that have this value. */
  readRowsWith(member: IndexedMember, value: string, range: SeqRange, limit: number): Promise<AuditEvent[]>;
  /** The sequence numbers of all events of a range that have this value. */
  listSeqsWith(member: IndexedMember, value: string, range: SeqRange): Promise<number[]>;
  /** The sequence numbers of all events that a policy was evaluated for. */
  listSeqsOfPolicy(policyId: string): Promise<number[]>;
  /** The addresses that occur, at most so many of them. */
  listAddresses(max: number): Promise<string[]>;
  /** How many events record a denial, from a sequence number on. */
  countDenialEvents(fromSeq: number): Promise<number>;
  /** Of those among them that stand for several denials: for how many each. */
  listFoldedDenials(fromSeq: number): Promise<number[]>;
}
