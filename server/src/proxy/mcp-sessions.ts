// Session ids of upstreams, bound to the key that opened them and the address that gave them: what a client holds is the
// upstream's id with a seal under this server's key, so that any node can tell and nobody can use another's session.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import { deriveKey } from '../base/server-secret.ts';

type Holder = Pick<ProxyPrincipal, 'accountId' | 'keyId'> & {
  readonly proxy: Pick<ProxyPrincipal['proxy'], 'upstreamUrl'>;
};

/** What the client gets in place of the upstream's id. */
export function bindSession(serverSecret: Buffer, holder: Holder, upstreamId: string): string {
  return `${Buffer.from(upstreamId, 'utf8').toString('base64url')}.${sealOf(serverSecret, holder, upstreamId)}`;
}

/** The upstream's id; null for one that was not given to this key, or by another address. */
export function openSession(serverSecret: Buffer, holder: Holder, sessionId: string): string | null {
  const [encoded = '', given = ''] = sessionId.split('.');
  const upstreamId = Buffer.from(encoded, 'base64url').toString('utf8');
  const expected = Buffer.from(sealOf(serverSecret, holder, upstreamId));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual) ? upstreamId : null;
}

function sealOf(serverSecret: Buffer, { accountId, keyId, proxy }: Holder, upstreamId: string): string {
  return createHmac('sha256', getSealKey(serverSecret))
    .update(JSON.stringify([accountId, keyId, proxy.upstreamUrl, upstreamId]))
    .digest('base64url');
}

/** Derived once: the secret is in memory all the time, too. */
function getSealKey(serverSecret: Buffer): Buffer {
  const known = sealKeys.get(serverSecret) ?? deriveKey(serverSecret, 'mcp-sessions');
  sealKeys.set(serverSecret, known);
  return known;
}

const sealKeys = new WeakMap<Buffer, Buffer>();
