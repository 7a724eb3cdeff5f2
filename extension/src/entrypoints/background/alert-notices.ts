// Alerts as notifications: each that nobody has looked at, and its events by a click. Opened or marked as seen on one
// device, it goes from the others.

import { alertKindLabels, type Inbox } from '@keytrail/shared/alert';
import { browser } from 'wxt/browser';
import { openDashboard, toAuditSearch } from '../../lib/dashboard-link.ts';
import { readKeptInbox } from '../../lib/inbox.ts';
import { getSession } from '../../lib/session.ts';
import { getNotifies } from '../../lib/settings.ts';
import { findFirstTold, toToldAlerts } from './alert-choice.ts';
import { type NoticeHandler, showNotices } from './notices.ts';
import { api, noteFailure } from './server.ts';

// While the browser runs: the next start looks anew at what came while it was away.
const key = 'alertsToldFrom';
/** A cause that goes on makes an alert new again and again, also one that was just seen. */
const restMs = 60_000;
type Stored = Record<string, string | undefined>;

/** Makes the notifications those that the inbox calls for, none where this browser is not to show any. */
export async function showAlerts(inbox: Pick<Inbox, 'alerts'>): Promise<void> {
  const told = (await getNotifies()) ? toToldAlerts(inbox.alerts, await getFirstTold(inbox)) : [];
  await showNotices(
    'alert',
    told.map(({ id, kind, sentence }) => ({ id, title: alertKindLabels[kind], message: sentence, restMs })),
  );
}

/** The same for what was heard last: the person has changed their mind about notifications. */
export async function showKeptAlerts(): Promise<void> {
  const inbox = await readInbox();
  if (inbox !== null) await showAlerts(inbox);
}

export const alertNoticeHandler: NoticeHandler = {
  onClick: async (id) => {
    const alert = (await readInbox())?.alerts.find((other) => other.id === id);
    await openDashboard('/audit', toAuditSearch(alert?.filter ?? {}));
    // What could not be marked stays new.
    await api.alerts.markSeen.mutate({ ids: [id] }).catch(noteFailure);
  },
};

async function readInbox(): Promise<Inbox | null> {
  const session = await getSession();
  return session === null ? null : await readKeptInbox(session.account.accountId);
}

async function getFirstTold({ alerts }: Pick<Inbox, 'alerts'>): Promise<string> {
  const stored = (await browser.storage.session.get<Stored>(key))[key];
  if (stored !== undefined) return stored;
  const first = findFirstTold(alerts);
  await browser.storage.session.set({ [key]: first });
  return first;
}
