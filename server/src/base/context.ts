// What every operation is handed: the outside world, so that tests can turn the clock and nodes can be many.

import type { EventBody } from '@keytrail/shared/event';
import type { Config } from './config.ts';
import type { Database } from './db.ts';
import type { MasterKeys } from './envelope.ts';
import type { Flights } from './flights.ts';
import type { GroupCommit } from './group-commit.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { Log } from './log.ts';
import type { Outbound } from './outbound.ts';
import type { RecentKeys } from './recent-keys.ts';
import type { Loaded, RecentLoads } from './recent-loads.ts';
import type { SharedLoads } from './shared-loads.ts';
import type { Wakeups } from './wakeups.ts';

export interface Context {
  readonly config: Config;
  readonly log: Log;
  readonly db: Database;
  readonly masterKeys: MasterKeys;
  /** Of the whole installation, for sessions and the like; `deriveKey` makes keys of it. */
  readonly serverSecret: Buffer;
  /** The queue behind `audit/append`; nothing else enqueues. */
  readonly appends: GroupCommit<PendingAppend, AppendReceipt>;
  /** Accounts whose facets are to be carried on; see `audit/roll-up`. */
  readonly rollUps: KeyedQueue;
  /** Accounts whose logs are to be read for alerts; see `agents/alert-reader`. */
  readonly alertReads: KeyedQueue;
  /** Uses that this node has had read: the next of their kind is no news. */
  readonly alikeUses: RecentKeys;
  /** Loads of proxies by their key, which requests of one moment share; see `vault/proxy-load`. */
  readonly proxyLoads: SharedLoads<Loaded | null>;
  /** What requests like the next ones were decided by; see `vault/recent-loads`. */
  readonly recentLoads: RecentLoads;
  readonly wakeups: Wakeups;
  /** Work that is done once for all who ask at a time; see `vault/refresh`. */
  readonly flights: Flights;
  /** What this node is called on the way to other servers; another name at each start. */
  readonly nodeName: string;
  /** The way to other servers. */
  readonly outbound: Outbound;
  /** Aborts when the server begins to stop: streams end, requests in flight finish. */
  readonly stopping: AbortSignal;
  nowMs(): number;
  /** How far `nowMs` was turned: 0 but in tests. What is limited over several nodes goes by the database's clock, turned by as much. */
  clockTurnMs(): number;
  randomBytes(length: number): Uint8Array;
}

/** An event on its way to the database: its canonical body, whose log it goes to, and the uses that it counts as. */
export interface PendingAppend {
  readonly accountId: string;
  readonly body: EventBody;
  readonly canonical: string;
  /** The database may already hold it: its id was minted elsewhere. */
  readonly mayRepeat: boolean;
  readonly counts: readonly UseCount[];
  /** The version of the account's settings that it was decided by, and without which it is not recorded. Null: any. */
  readonly settingsVersion: string | null;
  readonly clockTurnMs: number;
}

/** One use of what `key` names, and how many of them there may be. */
export interface UseCount {
  readonly key: string;
  /** Null: any number, they are only counted. */
  readonly usesMax: number | null;
  /** Within how long; at most a day. Null: ever. */
  readonly windowMs: number | null;
}

export type AppendReceipt =
  | { readonly outcome: 'recorded' | 'repeated' | 'conflict'; readonly seq: number; readonly recordedAt: string }
  | Refusal
  | Outdated;

/** An event that was not recorded, because what it was decided by has changed. */
export interface Outdated {
  readonly outcome: 'outdated';
}

/** An event that was not recorded, because one of its counters had no room. */
export interface Refusal {
  readonly outcome: 'refused';
  /** The place of that counter among those given; the first, if there are several. */
  readonly counter: number;
  /** When it has room again; null for never. */
  readonly retryAtMs: number | null;
}
