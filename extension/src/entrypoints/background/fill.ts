// Filling a login into a page: from the menu at the field and from the popup, through the same door.
// The values travel as the answer to the document that asked, so a page that navigated meanwhile receives nothing.

import { browser } from 'wxt/browser';
import type { Failure } from '../../lib/failure.ts';
import { forgetLogins, type Login, toTabLogin } from '../../lib/login-list.ts';
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
const leavesSite: Failure = {
  kind: 'denied',
  sentence: 'This form sends what is typed into it to another site.',
};
const tooMany: Failure = { kind: 'denied', sentence: 'Too many fills on this page. Wait a minute, then try again.' };
const signedOut: Failure = { kind: 'signed_out', sentence: 'You are signed out. Sign in from the Keytrail popup.' };

/** Names and ids of the logins of the page that asks. Nothing where nothing may be filled. */
export async function listPageLogins(sendsTo: readonly string[], sender: Sender): Promise<readonly LoginChoice[]> {
  const page = toSenderPage(sender);
  if (page === null || !staysOnSite(page, sendsTo)) return [];
  const logins = await findLogins(page.origin).catch(noteNothingFound);
  return logins.map(toChoice);
}

/** Releases one login to the page that asks for it, if it is that page's, for a form that sends it nowhere else. */
export async function fillPage(
  { credentialId, sendsTo }: Messages['page.fill']['request'],
  sender: Sender,
): Promise<FillAnswer> {
  const page = toSenderPage(sender);
  if (page === null) return { kind: 'refused', failure: otherSite };
  if (!staysOnSite(page, sendsTo)) return { kind: 'refused', failure: leavesSite };
  if (!isWithinRate(page.tabId, Date.now())) return { kind: 'refused', failure: tooMany };
  if ((await getSession()) === null) return { kind: 'refused', failure: signedOut };
  try {
    if (!(await isLoginOf(page.origin, credentialId))) return { kind: 'refused', failure: otherSite };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  }
  const used = await spendLogin(credentialId, ['username', 'password'], {
    action: 'autofill',
    siteOrigin: page.origin,
  });
  if (used.kind === 'refused') return used;
  const { username = '', password = '' } = used.values;
  return { kind: 'values', origin: page.origin, username, password };
}

/** What the page says of its form can only take something away. */
function staysOnSite({ origin }: SenderPage, sendsTo: readonly string[]): boolean {
  return sendsTo.every((target) => isSameSite(origin, target));
}

async function isLoginOf(origin: string, credentialId: string): Promise<boolean> {
  const isListed = async () => (await findLogins(origin)).some((login) => login.id === credentialId);
  if (await isListed()) return true;
  // It may have been added, or given this site, a moment ago.
  await forgetLogins();
  return await isListed();
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
