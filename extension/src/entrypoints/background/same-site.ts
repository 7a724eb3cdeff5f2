// Does a form that sends from one origin to another stay with one owner? `login.shop.example` belongs to whoever has
// `shop.example`; two blogs under one hoster's name do not belong together.

import { getDomain } from 'tldts';

/**
 * True when both lie under one registrable domain of the public suffix list, its private part included, and the target is
 * not read more easily on its way than the page was. Hosts without such a domain, as addresses are, belong to themselves.
 * @param pageOrigin as the browser told it.
 */
export function isSameSite(pageOrigin: string, target: string): boolean {
  if (!URL.canParse(pageOrigin) || !URL.canParse(target)) return false;
  const [page, to] = [new URL(pageOrigin), new URL(target)];
  if (to.protocol !== 'https:' && to.protocol !== page.protocol) return false;
  const domain = getDomain(page.hostname, { allowPrivateDomains: true });
  return domain === null ? page.host === to.host : domain === getDomain(to.hostname, { allowPrivateDomains: true });
}
