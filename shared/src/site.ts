// Does this web origin belong to this credential? The one answer that every fill path asks for.

import { z } from 'zod';

/**
 * Reads what a person typed or a browser reported into a web origin (`https://host[:port]`); null if it is none.
 * Host names alone mean https. Credentials in the URL, other schemes and opaque origins are refused.
 */
export function toOrigin(text: string): string | null {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return null;
  const url = new URL(withScheme);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.username !== '' || url.password !== '') return null;
  // Browsers escape what Node refuses in a host, such as a space; no such host exists.
  if (!/^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return null;
  return url.origin;
}

/** A site of a login, stored as an origin. */
export const site = z
  .string()
  .trim()
  .max(300)
  .transform((text, issues) => {
    const origin = toOrigin(text);
    if (origin !== null) return origin;
    issues.addIssue({ code: 'custom', message: 'must be a web address such as https://example.com' });
    return z.NEVER;
  });

/**
 * True when a page may receive this credential: the same scheme, host and port as one of its sites. `pageOrigin`
 * comes from the browser, never from the page; an opaque origin ("null") matches nothing.
 */
export function belongsToSites(pageOrigin: string, sites: readonly string[]): boolean {
  return URL.canParse(pageOrigin) && sites.includes(new URL(pageOrigin).origin);
}
