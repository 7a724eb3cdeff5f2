// What the popup knows before it paints: session, cache and the tab it was opened over.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { toOrigin } from '@keytrail/shared/site';
import { browser } from 'wxt/browser';
import { countUnseenDenials, readCacheState } from '../../lib/cache.ts';
import { queryCachedEvents } from '../../lib/cache-query.ts';
import type { CacheState } from '../../lib/db.ts';
import { type KeptInbox, readKeptInbox } from '../../lib/inbox.ts';
import { loginsOf, readKeptLogins, toTabLogin } from '../../lib/login-list.ts';
import type { TabLogin } from '../../lib/messages.ts';
import { readSessionRecord, type SessionRecord } from '../../lib/session.ts';
import { readKeptFilter } from './kept-filter.ts';

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

/** Reads it all, what depends on nothing at once. */
export async function readStart(): Promise<Start> {
  const [record, state, unseenDenials, origin] = await Promise.all([
    readSessionRecord(),
    readCacheState(),
    countUnseenDenials(),
    readTabOrigin(),
  ]);
  const accountId = record.account?.accountId;
  const [filter, kept, inbox] =
    accountId === undefined
      ? [{}, null, null]
      : await Promise.all([readKeptFilter(accountId), readKeptLogins(accountId), readKeptInbox(accountId)]);
  const logins = kept === null || origin === null ? [] : loginsOf(origin, kept.logins).map(toTabLogin);
  const events = await queryCachedEvents(filter, { limit: pageSize });
  return { record, state, filter, events, unseenDenials, origin, logins, inbox };
}

async function readTabOrigin(): Promise<string | null> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  return tab?.url === undefined ? null : toOrigin(tab.url);
}
