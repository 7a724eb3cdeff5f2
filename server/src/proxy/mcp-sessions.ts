// Session ids of upstreams, bound to the key that opened them and the address that gave them: what a client holds is the
// upstream's id with a seal under this server's key, so that any node can tell and nobody can use another's session.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { MasterKeys } from '../base/envelope.ts';

type Holder = Pick<ProxyPrincipal, 'accountId' | 'keyId'> & {
  readonly proxy: Pick<ProxyPrincipal['proxy'], 'upstreamUrl'>;
};

/** What the client gets in place of the upstream's id. */
export function bindSession(keys: MasterKeys, holder: Holder, upstreamId: string): string {
  return `${Buffer.from(upstreamId, 'utf8').toString('base64url')}.${sealOf(keys, keys.newest, holder, upstreamId)}`;
}

/** The upstream's id; null for one that was not given to this key, or by another address. */
export function openSession(keys: MasterKeys, holder: Holder, sessionId: string): string | null {
  const [encoded = '', given = ''] = sessionId.split('.');
  const upstreamId = Buffer.from(encoded, 'base64url').toString('utf8');
  for (const version of keys.byVersion.keys()) {
    const expected = Buffer.from(sealOf(keys, version, holder, upstreamId));
    const actual = Buffer.from(given);
    if (expected.length === actual.length && timingSafeEqual(expected, actual)) return upstreamId;
  }
  return null;
}

function sealOf(keys: MasterKeys, version: number, { accountId, keyId, proxy }: Holder, upstreamId: string): string {
  const masterKey = keys.byVersion.get(version);
  if (masterKey === undefined) throw new Error(`master key version ${version} is not configured`);
  return createHmac('sha256', getSealKey(masterKey))
    .update(JSON.stringify([accountId, keyId, proxy.upstreamUrl, upstreamId]))
    .digest('base64url');
}

/** Derived once for each master key, which is in memory all the time, too. */
function getSealKey(masterKey: Buffer): Buffer {
  const known = sealKeys.get(masterKey) ?? createHmac('sha256', masterKey).update('keytrail mcp session').digest();
  sealKeys.set(masterKey, known);
  return known;
}

const sealKeys = new WeakMap<Buffer, Buffer>();
