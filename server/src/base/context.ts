// What every operation is handed: the outside world, so that tests can turn the clock and nodes can be many.

import type { EventBody } from '@keytrail/shared/event';
import type { Config } from './config.ts';
import type { Database } from './db.ts';
import type { MasterKeys } from './envelope.ts';
import type { GroupCommit } from './group-commit.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { Log } from './log.ts';
import type { Wakeups } from './wakeups.ts';

export interface Context {
  readonly config: Config;
  readonly log: Log;
  readonly db: Database;
  readonly masterKeys: MasterKeys;
  /** The queue behind `audit/append`; nothing else enqueues. */
  readonly appends: GroupCommit<PendingAppend, AppendReceipt>;
  /** Accounts whose facets are to be carried on; see `audit/roll-up`. */
  readonly rollUps: KeyedQueue;
  readonly wakeups: Wakeups;
  /** Aborts when the server begins to stop: streams end, requests in flight finish. */
  readonly stopping: AbortSignal;
  nowMs(): number;
  randomBytes(length: number): Uint8Array;
}

/** An event on its way to the database: its canonical body and whose log it goes to. */
export interface PendingAppend {
  readonly accountId: string;
  readonly body: EventBody;
  readonly canonical: string;
  /** The database may already hold it: its id was minted elsewhere. */
  readonly mayRepeat: boolean;
}

export interface AppendReceipt {
  readonly seq: number;
  readonly recordedAt: string;
  readonly outcome: 'recorded' | 'repeated' | 'conflict';
}
