// Proxies: made, changed and removed by their owner; each change is an event.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import type { ProxyInput, ProxySummary } from '@keytrail/shared/proxy';
import { and, eq } from 'drizzle-orm';
import { type Change, recordChanges } from '../audit/change.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import { endProxyKeys, issueProxyKey } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import { findCode, type Transaction, withAccount } from '../base/db.ts';
import { credentials, proxies } from '../base/schema.ts';
import { endApprovals } from './approval-end.ts';
import { endAttachments } from './attachments.ts';
import { getProxy, isProxy, selectProxies } from './proxy-rows.ts';

export function listProxies(ctx: Context, owner: OwnerPrincipal): Promise<ProxySummary[]> {
  return withAccount(ctx.db, owner.accountId, (tx) => selectProxies(tx, ctx, owner.accountId));
}

/** Makes a proxy and its first key, which is in this answer and nowhere else. */
export function createProxy(
  ctx: Context,
  owner: OwnerPrincipal,
  input: ProxyInput,
): Promise<{ proxy: ProxySummary; key: string }> {
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  const now = new Date(ctx.nowMs());
  return changeProxy(ctx, owner, async (tx) => {
    await verifyCredential(tx, owner.accountId, input.credentialId);
    await tx
      .insert(proxies)
      .values({ ...input, accountId: owner.accountId, id, version: 1, createdAt: now, updatedAt: now });
    const { key, keyId } = await issueProxyKey(tx, ctx, owner.accountId, id, 0);
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    return { answer: { proxy, key }, change: { ...toChange('create', 'Proxy created', proxy), keyId } };
  });
}

/** Throws `conflict` where it has changed since the version that the edit was made from. */
export function updateProxy(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, version, ...input }: ProxyInput & { id: string; version: number },
): Promise<ProxySummary> {
  return changeProxy(ctx, owner, async (tx) => {
    await verifyCredential(tx, owner.accountId, input.credentialId);
    const before = await lockProxy(tx, owner.accountId, id);
    if (before.version !== version) {
      throw new AppError('conflict', {
        message: `proxy ${id} is at version ${before.version}, not ${version}`,
        public: 'This proxy was changed elsewhere meanwhile. Look at it as it is now, then change it again.',
      });
    }
    if (before.kind !== input.kind) {
      throw new AppError('invalid_input', { message: 'kind of a proxy', public: 'kind: a proxy keeps its kind.' });
    }
    await tx
      .update(proxies)
      .set({ ...input, version: version + 1, updatedAt: new Date(ctx.nowMs()) })
      .where(isProxy(owner.accountId, id));
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    const along = isStillMeant(before, input) ? [] : await endApprovals(tx, ctx, owner.accountId, { proxyId: id });
    return { answer: proxy, along, change: toChange('update', 'Proxy changed', proxy) };
  });
}

/** Switches it on or off, from the next call on. */
export function setProxyEnabled(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, enabled }: { id: string; enabled: boolean },
): Promise<ProxySummary> {
  return changeProxy(ctx, owner, async (tx) => {
    const { version, enabled: before } = await lockProxy(tx, owner.accountId, id);
    // Set already: nothing changes and nothing is recorded.
    if (before === enabled) return { answer: await getProxy(tx, ctx, owner.accountId, id) };
    await tx
      .update(proxies)
      .set({ enabled, version: version + 1, updatedAt: new Date(ctx.nowMs()) })
      .where(isProxy(owner.accountId, id));
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    const change = enabled
      ? toChange('resume', 'Proxy switched on', proxy)
      : toChange('suspend', 'Proxy switched off', proxy);
    const along = enabled ? [] : await endApprovals(tx, ctx, owner.accountId, { proxyId: id });
    return { answer: proxy, along, change };
  });
}

/** Whether an edit leaves what was asked about possible: it is on, and the same credential goes to the same host. */
function isStillMeant(before: Led, after: Led & Pick<ProxyInput, 'enabled'>): boolean {
  const isSameHost = new URL(before.upstreamUrl).host === new URL(after.upstreamUrl).host;
  return after.enabled && isSameHost && before.credentialId === after.credentialId;
}

type Led = Pick<ProxyInput, 'upstreamUrl' | 'credentialId'>;

/** Removes it with its keys and attached policies, each of which the log names. Its events stay. */
export function removeProxy(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<{ id: string }> {
  return changeProxy(ctx, owner, async (tx) => {
    await lockProxy(tx, owner.accountId, id);
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    const ended = await endProxyKeys(tx, ctx, owner.accountId, id, 'all');
    const along = [
      ...ended.map((keyId) => toKeyEnd(proxy, keyId)),
      ...(await endApprovals(tx, ctx, owner.accountId, { proxyId: id })),
      ...(await endAttachments(tx, owner.accountId, { kind: 'proxy', id })),
    ];
    await tx.delete(proxies).where(isProxy(owner.accountId, id));
    return { answer: { id }, along, change: toChange('delete', 'Proxy removed', proxy) };
  });
}

/** Gives it a new key. The one that it replaces works on for the overlap; any before that stop with this answer. */
export function rotateProxyKey(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, overlapMinutes }: { id: string; overlapMinutes: number },
): Promise<{ proxy: ProxySummary; key: string }> {
  return changeProxy(ctx, owner, async (tx) => {
    await lockProxy(tx, owner.accountId, id);
    const { key, keyId, ended } = await issueProxyKey(tx, ctx, owner.accountId, id, overlapMinutes);
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    return {
      answer: { proxy, key },
      along: [
        ...ended.map((endedId) => toKeyEnd(proxy, endedId)),
        ...(await endApprovals(tx, ctx, owner.accountId, { keyIds: ended })),
      ],
      change: { ...toChange('rotate', 'Proxy key rotated', proxy), keyId, ...toRotationNote(proxy) },
    };
  });
}

/** Ends with this answer whatever keys work beside the newest. Changes and records nothing where there are none. */
export function endOldProxyKeys(ctx: Context, owner: OwnerPrincipal, { id }: { id: string }): Promise<ProxySummary> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await lockProxy(tx, owner.accountId, id);
    const ended = await endProxyKeys(tx, ctx, owner.accountId, id, 'replaced');
    const proxy = await getProxy(tx, ctx, owner.accountId, id);
    const [change, ...others] = ended.map((keyId) => toKeyEnd(proxy, keyId));
    const waited = await endApprovals(tx, ctx, owner.accountId, { keyIds: ended });
    if (change !== undefined) await recordChanges(tx, ctx, owner, change, [...others, ...waited]);
    return proxy;
  });
}

async function changeProxy<T>(
  ctx: Context,
  owner: OwnerPrincipal,
  work: (tx: Transaction) => Promise<{ answer: T; along?: Change[]; change?: Change }>,
): Promise<T> {
  try {
    return await withAccount(ctx.db, owner.accountId, async (tx) => {
      const { answer, along, change } = await work(tx);
      if (change !== undefined) await recordChanges(tx, ctx, owner, change, along);
      return answer;
    });
  } catch (error) {
    if (findCode(error) !== '23505') throw error;
    throw new AppError('conflict', {
      message: 'proxy name taken',
      public: 'A proxy of this name exists already; choose another name.',
      cause: error,
    });
  }
}

/** Lets changes of one proxy happen one after the other. Throws `not_found` outside the account. */
export async function lockProxy(tx: Transaction, accountId: string, id: string) {
  const [row] = await tx
    .select({
      version: proxies.version,
      kind: proxies.kind,
      enabled: proxies.enabled,
      upstreamUrl: proxies.upstreamUrl,
      credentialId: proxies.credentialId,
    })
    .from(proxies)
    .where(isProxy(accountId, id))
    .for('update');
  if (row === undefined) throw new AppError('not_found', { message: `no proxy ${id}` });
  return row;
}

async function verifyCredential(tx: Transaction, accountId: string, id: string | null): Promise<void> {
  if (id === null) return;
  const [row] = await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.accountId, accountId), eq(credentials.id, id)));
  if (row === undefined) throw new AppError('not_found', { message: `no credential ${id}` });
}

type Named = Pick<ProxySummary, 'id' | 'name' | 'credential'>;

function toChange(action: Change['action'], title: string, { id, name, credential }: Named): Change {
  const of =
    credential === null
      ? {}
      : { credentialId: credential.id, credentialLabel: credential.label, service: credential.service };
  return { action, title, proxyId: id, proxyName: name, ...of };
}

/** That the key before works on for a while, and until when. */
function toRotationNote({ keys }: ProxySummary): { note?: string } {
  const before = keys.find(({ endsAt }) => endsAt !== null);
  return before === undefined ? {} : { note: `In place of key ${before.id}, which works until ${before.endsAt}` };
}

function toKeyEnd({ id, name }: Named, keyId: string): Change {
  return { action: 'revoke', title: 'Proxy key revoked', keyId, proxyId: id, proxyName: name };
}
