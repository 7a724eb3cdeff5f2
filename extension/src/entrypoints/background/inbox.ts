// The live connection to the inbox while somebody is signed in: what it brings is kept for the pages, said in
// notifications and counted on the toolbar. A stream alone does not keep a worker alive; a call to the browser does.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { Inbox } from '@keytrail/shared/alert';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { browser } from 'wxt/browser';
import { forgetInbox, keepInbox, readKeptInbox } from '../../lib/inbox.ts';
import { getSession, type Session } from '../../lib/session.ts';
import { showAlerts } from './alert-notices.ts';
import { toAccessRequestNotices, toApprovalNotices } from './approval-notices.ts';
import { updateBadge } from './badge.ts';
import { showNotices } from './notices.ts';
import { pullEvents } from './pull.ts';
import { api, noteFailure } from './server.ts';

const retryMs = 3_000;
/** A worker that calls nothing for 30 seconds is ended. */
const keepAliveMs = 20_000;

let live: { readonly token: string; readonly stop: () => void } | null = null;
let keepAlive: ReturnType<typeof setInterval> | undefined;
let taking: Promise<void> = Promise.resolve();

/** Sees to it that the connection is that of whoever is signed in. Harmless to call again and again. */
export async function followInbox(): Promise<void> {
  const session = await getSession();
  if (session !== null && session.token === live?.token) return;
  live?.stop();
  live = null;
  stayAlive(false);
  // A worker that has just woken follows nobody, and the session that has ended may have left something.
  if (session === null) await leave();
  else live = { token: session.token, stop: connect(session) };
}

/** Returns what ends the connection. */
function connect(session: Session): () => void {
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const lose = () => {
    // It is told that it is complete by its end as well: nothing is lost then, and another may have begun.
    if (isStopped) return;
    stayAlive(false);
    retry ??= setTimeout(() => {
      live = null;
      void followInbox();
    }, retryMs);
  };
  const stream = api.inbox.live.subscribe(undefined, {
    onData: (inbox) => takeInbox(session.account.accountId, inbox),
    // Lost connections are taken up again by the stream itself; meanwhile the worker may end, and its alarm begins anew.
    onConnectionStateChange: ({ state }) => stayAlive(state === 'pending'),
    onError: (error) => {
      lose();
      void noteLoss(error);
    },
    onComplete: lose,
  });
  return () => {
    isStopped = true;
    clearTimeout(retry);
    stream.unsubscribe();
  };
}

async function noteLoss(error: unknown): Promise<void> {
  const { kind } = await noteFailure(error);
  // A stream says within itself that the session has ended; an ordinary call gets the 401 that ends it here, too.
  if (kind === 'signed_out') await api.account.me.query().catch(() => undefined);
}

function stayAlive(isWanted: boolean): void {
  if (!isWanted) {
    clearInterval(keepAlive);
    keepAlive = undefined;
  } else keepAlive ??= setInterval(() => void browser.runtime.getPlatformInfo(), keepAliveMs);
}

/** One after the other, also after one that failed: what is shown last is what came last. */
function takeInbox(accountId: string, inbox: Inbox): void {
  const take = () => showInbox(accountId, inbox);
  taking = taking.then(take, take);
}

async function showInbox(accountId: string, inbox: Inbox): Promise<void> {
  if ((await getSession())?.account.accountId !== accountId) return;
  await keepInbox(accountId, inbox);
  await showNotices('approval', toApprovalNotices(inbox));
  await showNotices('access', toAccessRequestNotices(inbox));
  await showAlerts(inbox);
  await updateBadge();
  // Whatever changed it is an event, too.
  void pullEvents();
}

/** Takes over what the server has just answered to a call, without waiting for the stream. */
export async function patchInbox(toPatch: (inbox: Inbox) => Partial<Inbox>): Promise<void> {
  const session = await getSession();
  const kept = session === null ? null : await readKeptInbox(session.account.accountId);
  if (kept === null) return;
  const { accountId, keptAtMs: _keptAt, ...inbox } = kept;
  takeInbox(accountId, { ...inbox, ...toPatch(inbox) });
  await taking;
}

/** An approval is as it says now. */
export function patchApproval(settled: ApprovalSummary): Promise<void> {
  return patchInbox(({ approvals }) => ({
    approvals: approvals.map((one) => (one.id === settled.id ? settled : one)),
  }));
}

/** A request for a grant is as it says now. */
export function patchAccessRequest(settled: AccessRequestSummary): Promise<void> {
  return patchInbox(({ accessRequests }) => ({
    accessRequests: accessRequests.map((one) => (one.id === settled.id ? settled : one)),
  }));
}

async function leave(): Promise<void> {
  await forgetInbox();
  await showNotices('approval', []);
  await showNotices('access', []);
  await showNotices('alert', []);
  await updateBadge();
}
