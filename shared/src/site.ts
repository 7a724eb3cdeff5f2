// Does this web origin belong to this credential? The one answer that every fill path asks for. No zod here: the popup's
// first paint must not wait for schemas (the one of a site is in `site-schema.ts`).

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

/**
 * True when a page may receive this credential: the same scheme, host and port as one of its sites. `pageOrigin`
 * comes from the browser, never from the page; an opaque origin ("null") matches nothing.
 */
export function belongsToSites(pageOrigin: string, sites: readonly string[]): boolean {
  return URL.canParse(pageOrigin) && sites.includes(new URL(pageOrigin).origin);
}
