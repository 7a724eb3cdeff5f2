// The logins there are, names and sites without secrets, kept while the browser runs: the popup paints from it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { belongsToSites } from '@keytrail/shared/site';
import { browser } from 'wxt/browser';
import type { TabLogin } from './messages.ts';

export type Login = CredentialSummary & { readonly public: { readonly username: string; readonly sites: string[] } };

interface LoginList {
  readonly accountId: string;
  readonly atMs: number;
  readonly logins: readonly Login[];
}

// In memory only, and out of reach of content scripts: storage.session is both by default.
export const keptLoginsKey = 'logins';

interface Stored {
  readonly [keptLoginsKey]?: LoginList;
}

/** Keeps the list, newest answer wins. */
export async function keepLogins(list: LoginList): Promise<void> {
  await browser.storage.session.set({ [keptLoginsKey]: list });
}

/** The kept list of this account, however old; null when there is none. */
export async function readKeptLogins(accountId: string): Promise<LoginList | null> {
  return toKeptLogins(await browser.storage.session.get(keptLoginsKey), accountId);
}

/** The same, read off what the session's storage answered. */
export function toKeptLogins({ [keptLoginsKey]: list }: Stored, accountId: string): LoginList | null {
  return list?.accountId === accountId ? list : null;
}

/** Has the list asked for anew, and keeps it for where nobody answers: a login was used. */
export async function outdateLogins(): Promise<void> {
  const { [keptLoginsKey]: list }: Stored = await browser.storage.session.get(keptLoginsKey);
  if (list !== undefined) await keepLogins({ ...list, atMs: 0 });
}

/** Forgets the list: something was changed, or somebody else signed in. */
export async function forgetLogins(): Promise<void> {
  await browser.storage.session.remove(keptLoginsKey);
}

/** Those of the logins that belong to a page. */
export function loginsOf(origin: string, logins: readonly Login[]): readonly Login[] {
  return logins.filter((login) => belongsToSites(origin, login.public.sites));
}

/** A login as the popup shows it. */
export function toTabLogin({ id, label, service, lastUsedAt, expiresAt, public: { username } }: Login): TabLogin {
  return { id, label, service, lastUsedAt, expiresAt, username };
}

/** True for logins among credentials of all kinds. */
export function isLogin(credential: CredentialSummary): credential is Login {
  return credential.kind === 'login' && 'sites' in credential.public;
}
