// Where does a form send what is typed into it? A login that leaves for another site is not this page's login; which
// addresses belong to one site, the worker knows. The form's markup is an attacker's where it was smuggled in.

import { findAllOnPage, getAttribute, getBaseAddress } from './unclobbered.ts';

/** Stands for an address that cannot be read, or has no origin: it belongs to no site. */
const unreadable = 'null';

/**
 * The origins, but for the page's own, that the form or one of its buttons sends to. The page's host over https
 * is its own, too. A script may send values elsewhere all the same; markup that was smuggled in may not.
 * @param page the page's address.
 */
export function listForeignTargets(form: HTMLFormElement, page: URL): string[] {
  const buttons = findAllOnPage('[formaction]').filter((button) => isButton(button) && button.form === form);
  const targets = buttons.map((button) => getAttribute(button, 'formaction'));
  const base = getBaseAddress();
  const origins = [getAttribute(form, 'action'), ...targets].map((target) => toForeignOrigin(target, base, page));
  return [...new Set(origins.filter((origin) => origin !== null))];
}

function isButton(element: Element): element is HTMLButtonElement | HTMLInputElement {
  return element instanceof HTMLButtonElement || element instanceof HTMLInputElement;
}

function toForeignOrigin(target: string | null, base: string, page: URL): string | null {
  // Without an address a form sends to its own page, whatever the base. Blanks are an address: browsers disagree on them.
  if (target === null || target === '') return null;
  if (!URL.canParse(target, base)) return unreadable;
  const { protocol, host, origin } = new URL(target, base);
  // Scripts of the page, and the blank page that old ones send to, see nothing that the page does not see.
  if (protocol === 'javascript:' || protocol === 'about:') return null;
  if (protocol !== 'http:' && protocol !== 'https:') return unreadable;
  return host === page.host && (protocol === page.protocol || protocol === 'https:') ? null : origin;
}
