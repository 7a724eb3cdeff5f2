// better-auth's way to the database: sessions, identities and accounts change together with their event or not at
// all. The event is appended in the transaction of the change, before its commit; better-auth's own `after` hooks run
// behind it. A write that the log has no words for is refused.

import { APIError } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { DBAdapter, DBAdapterInstance, DBTransactionAdapter } from 'better-auth/types';
import { z } from 'zod';
import { type Change, recordChange } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import type { Transaction } from '../base/db.ts';
import { accounts, identities, sessions, signInLimits, verifications } from '../base/schema.ts';
import { isKeepingUp, sessionRow, toEnded, toIdentityChange, toOpened, toProfileChange } from './account-changes.ts';
import { type AuthRequest, authRequests } from './auth-request.ts';

const config = {
  provider: 'pg',
  transaction: true,
  schema: {
    user: accounts,
    session: sessions,
    account: identities,
    verification: verifications,
    rateLimit: signInLimits,
  },
} as const;

/** One transaction: the adapter inside it, and the events that it is to end with. */
interface Unit {
  readonly adapter: DBTransactionAdapter;
  readonly changes: { accountId: string; change: Change }[];
}
type RunInUnit = <T>(work: (unit: Unit) => Promise<T>) => Promise<T>;
type UpdateOf = Parameters<DBAdapter['update']>[0];
type Where = Parameters<DBAdapter['deleteMany']>[0]['where'];

const recordedModels = new Set(['user', 'session', 'account']);
const sessionsAtOnce = 100;

export function createRecordedAdapter(ctx: Context): DBAdapterInstance {
  return (options) => {
    const within = (tx: Transaction) => drizzleAdapter(tx, config)(options);
    const run: RunInUnit = (work) => runRecorded(ctx, within, work);
    const base = drizzleAdapter(ctx.db.drizzle, config)(options);
    return {
      ...base,
      ...recordWrites(base, run),
      transaction: (callback) => run((unit) => callback(recordWrites(unit.adapter, (work) => work(unit)))),
    };
  };
}

/** Runs `work` in a transaction that ends with its events. */
async function runRecorded<T>(
  ctx: Context,
  within: (tx: Transaction) => DBTransactionAdapter,
  work: (unit: Unit) => Promise<T>,
): Promise<T> {
  const request = authRequests.getStore();
  try {
    return await ctx.db.drizzle.transaction(async (tx) => {
      const unit: Unit = { adapter: within(tx), changes: [] };
      const result = await work(unit);
      await appendChanges(tx, ctx, request, unit);
      return result;
    });
  } catch (error) {
    if (request !== undefined) request.failure = error;
    throw error;
  }
}

async function appendChanges(
  tx: Transaction,
  ctx: Context,
  request: AuthRequest | undefined,
  unit: Unit,
): Promise<void> {
  if (unit.changes.length === 0) return;
  // Nobody asked: better-auth is doing something by itself that nobody has thought of.
  if (request === undefined) throw new Error('an account was about to change outside a request');
  try {
    for (const { accountId, change } of unit.changes) {
      await recordChange(tx, ctx, { accountId, requester: request.requester }, change);
    }
  } catch (error) {
    ctx.log.error({ error, path: request.path }, 'an account was not changed: its event could not be stored');
    throw toNotRecorded();
  }
}

/** What a caller of better-auth's endpoints is told when a change was given up with its event. */
export function toNotRecorded(): APIError {
  return new APIError('SERVICE_UNAVAILABLE', {
    code: 'EVENT_NOT_RECORDED',
    message: 'This could not be recorded, so nothing was changed. Try again.',
  });
}

function recordWrites(base: DBTransactionAdapter, run: RunInUnit): DBTransactionAdapter {
  const isRecorded = ({ model }: { model: string }) => recordedModels.has(model);
  return {
    ...base,
    create: (data) =>
      isRecorded(data)
        ? run(async (unit) => {
            noteCreated(unit, data);
            return unit.adapter.create(data);
          })
        : base.create(data),
    update: <T>(data: UpdateOf) =>
      isRecorded(data) ? run((unit) => updateNoted<T>(unit, data)) : base.update<T>(data),
    updateMany: (data) => (isRecorded(data) ? refuse(data.model) : base.updateMany(data)),
    delete: async (data) => {
      if (isRecorded(data)) await run((unit) => endSessions(unit, data));
      else await base.delete(data);
    },
    deleteMany: (data) => (isRecorded(data) ? run((unit) => endSessions(unit, data)) : base.deleteMany(data)),
    consumeOne: (data) => (isRecorded(data) ? refuse(data.model) : base.consumeOne(data)),
    incrementOne: (data) => (isRecorded(data) ? refuse(data.model) : base.incrementOne(data)),
  };
}

function refuse(model: string): never {
  throw new Error(`a change of ${model} has no event yet`);
}

/** Signing up makes an account, an identity and a session; the session's event stands for all three. */
function noteCreated(unit: Unit, { model, data }: { model: string; data: object }): void {
  const path = authRequests.getStore()?.path ?? '';
  if (model === 'session') {
    const { userId } = z.object({ userId: z.string() }).parse(data);
    unit.changes.push({ accountId: userId, change: toOpened(path) });
  } else if (path !== '/sign-up/email') refuse(model);
}

async function updateNoted<T>(unit: Unit, data: UpdateOf): Promise<T | null> {
  const row = await unit.adapter.update<T>(data);
  if (row === null || (data.model === 'session' && isKeepingUp(data.update))) return row;
  if (data.model === 'user') {
    const { id } = z.object({ id: z.string() }).parse(row);
    unit.changes.push({ accountId: id, change: toProfileChange(data.update) });
    return row;
  }
  const change = data.model === 'account' ? toIdentityChange(data.update) : null;
  if (change === null) return refuse(data.model);
  const { userId } = z.object({ userId: z.string() }).parse(row);
  unit.changes.push({ accountId: userId, change: { ...change, ...toTie() } });
  return row;
}

/** Ends sessions one by one, so that each is named, and by whoever of two at once really ended it. */
async function endSessions(unit: Unit, { model, where }: { model: string; where: Where }): Promise<number> {
  if (model !== 'session') refuse(model);
  const path = authRequests.getStore()?.path ?? '';
  let count = 0;
  for (;;) {
    const rows = z.array(sessionRow).parse(await unit.adapter.findMany({ model, where, limit: sessionsAtOnce }));
    for (const row of rows) {
      const ended = await unit.adapter.deleteMany({ model, where: [{ field: 'id', value: row.id }] });
      count += ended;
      // One that has run out is only cleared away. By the same clock as better-auth's, which took it for live or not.
      if (ended === 0 || row.expiresAt.getTime() <= Date.now()) continue;
      unit.changes.push({ accountId: row.userId, change: { ...toEnded(path, row), ...toTie() } });
    }
    if (rows.length < sessionsAtOnce) return count;
  }
}

function toTie(): { correlationId?: string } {
  const request = authRequests.getStore();
  return request === undefined ? {} : { correlationId: request.correlationId };
}
