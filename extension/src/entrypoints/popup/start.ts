// What the popup knows before it paints: session, cache and the tab it was opened over.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { browser } from 'wxt/browser';
import { queryEvents } from '../../lib/cache-query.ts';
import type { CacheState } from '../../lib/cache-schema.ts';
import { openCache, toDirectReader } from '../../lib/direct-reader.ts';
import { type KeptInbox, keptInboxKey, toKeptInbox } from '../../lib/inbox.ts';
import { keptLoginsKey, loginsOf, toKeptLogins, toTabLogin } from '../../lib/login-list.ts';
import type { TabLogin } from '../../lib/messages.ts';
import { readSessionRecord, type SessionRecord } from '../../lib/session.ts';
import { countUnseenDenials } from '../../lib/unseen-denials.ts';
import { keptFilterKey, toKeptFilter } from './kept-filter.ts';
import { readTabOrigin } from './tab-origin.ts';

/** Events shown at first, and added by each "show older". */
export const pageSize = 50;

export interface Start {
  readonly record: SessionRecord;
  readonly state: CacheState;
  /** As it was left. */
  readonly filter: EventFilter;
  /** The newest that pass the filter. */
  readonly events: readonly AuditEvent[];
  /** Denials that the toolbar's badge counts. */
  readonly unseenDenials: number;
  /** The web page under the popup; null over a browser page. */
  readonly origin: string | null;
  readonly logins: readonly TabLogin[];
  readonly inbox: KeptInbox | null;
}

/** Reads it all: everything at once, but for the rows, for which the filter must be known. */
export async function readStart(): Promise<Start> {
  const [database, record, kept, origin] = await Promise.all([
    openCache(),
    readSessionRecord(),
    browser.storage.session.get([keptFilterKey, keptLoginsKey, keptInboxKey]),
    readTabOrigin(),
  ]);
  const accountId = record.account?.accountId ?? '';
  const filter = toKeptFilter(kept, accountId);
  const logins = origin === null ? [] : loginsOf(origin, toKeptLogins(kept, accountId)?.logins ?? []).map(toTabLogin);
  const inbox = toKeptInbox(kept, accountId);
  const reader = database === null ? (await import('../../lib/dexie-reader.ts')).dexieReader : toDirectReader(database);
  const [state, unseenDenials, events] = await Promise.all([
    reader.readState(),
    countUnseenDenials(reader),
    queryEvents(reader, filter, { limit: pageSize }),
  ]);
  // An open connection would stand in the way of the cache's next version.
  database?.close();
  return { record, state, filter, events, unseenDenials, origin, logins, inbox };
}
