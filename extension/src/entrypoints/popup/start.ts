// What the popup knows before it paints: session, cache and the tab it was opened over.

import type { AuditEvent } from '@keytrail/shared/event';
import { toOrigin } from '@keytrail/shared/site';
import { browser } from 'wxt/browser';
import { readCacheState } from '../../lib/cache.ts';
import { queryCachedEvents } from '../../lib/cache-query.ts';
import type { CacheState } from '../../lib/db.ts';
import { loginsOf, readKeptLogins, toTabLogin } from '../../lib/login-list.ts';
import type { TabLogin } from '../../lib/messages.ts';
import { readSessionRecord, type SessionRecord } from '../../lib/session.ts';

/** Events shown at first, and added by each "show older". */
export const pageSize = 50;

export interface Start {
  readonly record: SessionRecord;
  readonly state: CacheState;
  readonly events: readonly AuditEvent[];
  /** The web page under the popup; null over a browser page. */
  readonly origin: string | null;
  readonly logins: readonly TabLogin[];
}

/** Reads it all at once. */
export async function readStart(): Promise<Start> {
  const [record, state, events, origin] = await Promise.all([
    readSessionRecord(),
    readCacheState(),
    queryCachedEvents({}, { limit: pageSize }),
    readTabOrigin(),
  ]);
  const kept = record.account === null ? null : await readKeptLogins(record.account.accountId);
  const logins = kept === null || origin === null ? [] : loginsOf(origin, kept.logins).map(toTabLogin);
  return { record, state, events, origin, logins };
}

async function readTabOrigin(): Promise<string | null> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  return tab?.url === undefined ? null : toOrigin(tab.url);
}
