// Filling a login into a page: from the menu at the field and from the popup, through the same door.
// The values travel as the answer to the document that asked, so a page that navigated meanwhile receives nothing.

import { toOrigin } from '@keytrail/shared/site';
import { browser } from 'wxt/browser';
import type { Failure } from '../../lib/failure.ts';
import { type Login, toTabLogin } from '../../lib/login-list.ts';
import type { Sender } from '../../lib/message-intake.ts';
import type { FillAnswer, FillOutcome, FillRequest, LoginChoice, Messages, TabLogin } from '../../lib/messages.ts';
import { getSession } from '../../lib/session.ts';
import { findLogins } from './logins.ts';
import { isWithinRate } from './rate.ts';
import { isSameSite } from './same-site.ts';
import { type SenderPage, toSenderPage } from './sender-page.ts';
import { noteFailure } from './server.ts';
import { spendLogin } from './spend.ts';

const otherSite: Failure = {
  kind: 'denied',
  sentence: 'This login does not belong to this site.',
  rule: 'origin_mismatch',
};
const tooMany: Failure = { kind: 'denied', sentence: 'Too many fills on this page. Wait a minute, then try again.' };
const signedOut: Failure = { kind: 'signed_out', sentence: 'You are signed out. Sign in from the Keytrail popup.' };

/** Names and ids of the logins of the page that asks. Nothing where nothing may be filled. */
export async function listPageLogins(sendsTo: readonly string[], sender: Sender): Promise<readonly LoginChoice[]> {
  const page = toSenderPage(sender);
  if (page === null || listLeaving(page, sendsTo).length > 0) return [];
  const logins = await findLogins(page.origin).catch(noteNothingFound);
  return logins.map(toChoice);
}

/**
 * Releases one login to the page that asks for it. Whether it is that page's, for a form that sends it nowhere else, the
 * server judges: so a refusal is in the log as well.
 */
export async function fillPage(
  { credentialId, sendsTo }: Messages['page.fill']['request'],
  sender: Sender,
): Promise<FillAnswer> {
  const page = toSenderPage(sender);
  if (page === null) return { kind: 'refused', failure: otherSite };
  if (!isWithinRate(page.tabId, Date.now())) return { kind: 'refused', failure: tooMany };
  if ((await getSession()) === null) return { kind: 'refused', failure: signedOut };
  const used = await spendLogin(credentialId, ['username', 'password'], {
    action: 'autofill',
    siteOrigin: page.origin,
    sendsTo: listLeaving(page, sendsTo),
  });
  if (used.kind === 'refused') return used;
  const { username = '', password = '' } = used.values;
  return { kind: 'values', origin: page.origin, username, password };
}

/**
 * The addresses that are not of the page's site: what the page says of its form can only take something away. What is no
 * web origin is `null` for the server, which belongs nowhere.
 */
function listLeaving({ origin }: SenderPage, sendsTo: readonly string[]): string[] {
  const leaving = sendsTo.filter((target) => !isSameSite(origin, target));
  return leaving.map((target) => (toOrigin(target) === target ? target : 'null'));
}

/** The logins of the active tab, for the popup; null where they cannot be had, which is not the same as none. */
export async function listTabLogins(): Promise<readonly TabLogin[] | null> {
  const tab = await findActiveTab();
  if (tab?.url === undefined || !URL.canParse(tab.url)) return [];
  try {
    return (await findLogins(new URL(tab.url).origin)).map(toTabLogin);
  } catch (error) {
    await noteFailure(error);
    return null;
  }
}

/**
 * Asks the active tab's top frame to fill. Its content script finds the form first and then asks `fillPage` like the
 * menu does, so that there is one check and no use is recorded where there is nothing to fill.
 */
export async function fillActiveTab(credentialId: string): Promise<FillOutcome> {
  const tab = await findActiveTab();
  if (tab?.id === undefined) return { kind: 'no_form' };
  const request: FillRequest = { name: 'worker.fill', credentialId };
  // A tab without our content script (a browser page, or one from before the installation) has nobody to answer.
  const outcome: FillOutcome | undefined = await browser.tabs
    .sendMessage(tab.id, request, { frameId: 0 })
    .catch(() => undefined);
  return outcome ?? { kind: 'no_form' };
}

async function findActiveTab() {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  return tab;
}

async function noteNothingFound(error: unknown): Promise<readonly Login[]> {
  await noteFailure(error);
  return [];
}

function toChoice(login: Login): LoginChoice {
  return { id: login.id, label: login.label, username: login.public.username };
}
