// The tokens of connected clients: the first against a code, the next against a refresh token, each once. A connection has
// one access token at a time, kept as a hash in its key row, so that an agent is found by it as by a key.

import { accountOfAccessToken, accountOfAuthorizationCode, readRefreshToken } from '@keytrail/shared/ids';
import { and, eq, gt, isNull, type SQL } from 'drizzle-orm';
import { hashKey } from '../auth/agent-keys.ts';
import type { Requester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { agentConnections, agentKeys } from '../base/schema.ts';
import { isKeyOfConnection } from './connection-rows.ts';
import { dropConnection } from './connections.ts';

/** For how long an access token is good. */
export const accessTokenSeconds = 3600;
/** For how long a connection stands that nobody refreshes. */
export const refreshTokenSeconds = 30 * 24 * 3600;
/** A client whose answer got lost asks again with the same token; who comes later with it has it from elsewhere. */
const repeatMs = 30_000;

export type Connection = typeof agentConnections.$inferSelect;

/** The connection that a code is for, until it was used or ran out. A second use ends what came of the first. */
export async function findByCode(ctx: Context, code: string, requester: Requester): Promise<Connection | null> {
  const accountId = accountOfAuthorizationCode(code);
  if (accountId === null) return null;
  const connection = await findStanding(ctx, accountId, eq(agentConnections.codeHash, hashKey(code)));
  if (connection === null) return null;
  if (connection.codeUsedAt !== null) {
    // RFC 6749 §4.1.2: one of the two who used it has stolen it.
    await dropConnection(ctx, connection, requester, 'Its code was used a second time.');
    return null;
  }
  return connection.codeExpiresAt.getTime() <= ctx.nowMs() ? null : connection;
}

/** Marks the code of a connection as used; false where somebody else was faster. */
export async function spendCode(ctx: Context, { accountId, id }: Connection): Promise<boolean> {
  const spent = await withAccount(ctx.db, accountId, (tx) =>
    tx
      .update(agentConnections)
      .set({ codeUsedAt: new Date(ctx.nowMs()) })
      .where(and(isConnection(accountId, id), isNull(agentConnections.codeUsedAt)))
      .returning({ id: agentConnections.id }),
  );
  return spent.length > 0;
}

/** The connection that a refresh token is the newest of. An older one, unless it was replaced just now, ends the connection. */
export async function findByRefreshToken(
  ctx: Context,
  token: string,
  requester: Requester,
): Promise<Connection | null> {
  const read = readRefreshToken(token);
  if (read === null) return null;
  const connection = await findStanding(ctx, read.accountId, eq(agentConnections.familyHash, hashKey(read.family)));
  if (connection === null) return null;
  if (connection.refreshHash?.equals(hashKey(token))) return connection;
  const replacedAtMs = connection.refreshedAt?.getTime() ?? 0;
  if (ctx.nowMs() - replacedAtMs > repeatMs) {
    // RFC 9700 §4.14.2: the client and somebody else hold tokens of the same family.
    await dropConnection(ctx, connection, requester, 'A refresh token that was replaced was used again.');
  }
  return null;
}

/** The connection of either kind of token, for a client that gives it up. */
export async function findByToken(ctx: Context, token: string): Promise<Pick<Connection, 'accountId' | 'id'> | null> {
  const refresh = readRefreshToken(token);
  if (refresh !== null) return findStanding(ctx, refresh.accountId, eq(agentConnections.refreshHash, hashKey(token)));
  const accountId = accountOfAccessToken(token);
  return accountId === null ? null : findStanding(ctx, accountId, eq(agentKeys.hash, hashKey(token)));
}

/** What all refresh tokens of a connection have in common: that of the one it came with, or a fresh one for the first. */
export function toFamily(ctx: Context, refreshToken: string | null): Uint8Array {
  return readRefreshToken(refreshToken ?? '')?.family ?? ctx.randomBytes(16);
}

/**
 * Puts new tokens in place of those that the connection had when it was found. False where it ended or was refreshed
 * meanwhile.
 */
export function replaceTokens(
  ctx: Context,
  connection: Connection,
  tokens: { accessToken: string; refreshToken: string },
): Promise<boolean> {
  const { accountId, id, refreshHash } = connection;
  const isUnchanged =
    refreshHash === null ? isNull(agentConnections.refreshHash) : eq(agentConnections.refreshHash, refreshHash);
  return withAccount(ctx.db, accountId, async (tx) => {
    // The key row first, as whoever ends a connection takes it.
    const [key] = await tx.select({ id: agentKeys.id }).from(agentKeys).where(isStandingKey(connection)).for('update');
    if (key === undefined) return false;
    const replaced = await tx
      .update(agentConnections)
      .set({
        familyHash: hashKey(toFamily(ctx, tokens.refreshToken)),
        refreshHash: hashKey(tokens.refreshToken),
        refreshedAt: new Date(ctx.nowMs()),
        endsAt: new Date(ctx.nowMs() + refreshTokenSeconds * 1000),
      })
      .where(and(isConnection(accountId, id), isUnchanged))
      .returning({ id: agentConnections.id });
    if (replaced.length === 0) return false;
    await tx
      .update(agentKeys)
      .set({ hash: hashKey(tokens.accessToken), expiresAt: new Date(ctx.nowMs() + accessTokenSeconds * 1000) })
      .where(isStandingKey(connection));
    return true;
  });
}

function isStandingKey({ accountId, id }: Connection) {
  return and(eq(agentKeys.accountId, accountId), eq(agentKeys.id, id), isNull(agentKeys.revokedAt));
}

async function findStanding(ctx: Context, accountId: string, isIt: SQL): Promise<Connection | null> {
  const [row] = await withAccount(ctx.db, accountId, (tx) =>
    tx
      .select({ connection: agentConnections })
      .from(agentConnections)
      .innerJoin(agentKeys, isKeyOfConnection())
      .where(
        and(
          eq(agentConnections.accountId, accountId),
          isIt,
          isNull(agentKeys.revokedAt),
          gt(agentConnections.endsAt, new Date(ctx.nowMs())),
        ),
      ),
  );
  return row?.connection ?? null;
}

function isConnection(accountId: string, id: string) {
  return and(eq(agentConnections.accountId, accountId), eq(agentConnections.id, id));
}
