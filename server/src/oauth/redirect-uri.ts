// Where the browser may be sent back to with a code: pages, programs on the same computer, apps by a scheme of their own.

/** Schemes that a browser would run, show or fetch, rather than hand to an app. */
const refusedSchemes = new Set([
  'about:',
  'blob:',
  'data:',
  'file:',
  'filesystem:',
  'ftp:',
  'javascript:',
  'vbscript:',
  'view-source:',
  'ws:',
  'wss:',
]);

/** RFC 8252 §7 and RFC 9700 §2.1: https, plain http on this computer only, or an app's scheme; no fragment, no credentials. */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, username, password, hostname } = new URL(text);
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return hostname !== '';
  return protocol === 'http:' ? isLoopback(text) : !refusedSchemes.has(protocol);
}

/** True for http on this computer. */
export function isLoopback(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Whether a redirect is one of those registered. On this computer the port may differ: it is taken when the program starts. */
export function isRegistered(redirectUri: string, registered: readonly string[]): boolean {
  if (registered.includes(redirectUri)) return true;
  if (!isRedirectUri(redirectUri) || !isLoopback(redirectUri)) return false;
  return registered.some((uri) => isLoopback(uri) && withoutPort(uri) === withoutPort(redirectUri));
}

function withoutPort(uri: string): string {
  const url = new URL(uri);
  url.port = '';
  return url.href;
}
