// What the server has to remember between the start of a connection and its end, sealed and held by whoever started it: there
// is nothing to clean up, any node can end it, and nobody else can.

import { AppError } from '@keytrail/shared/errors';
import { mintUuid } from '@keytrail/shared/ids';
import { connectInput, deviceConnectInput } from '@keytrail/shared/oauth-connect';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { type MasterKeys, open, seal, toMasterKeys } from '../base/envelope.ts';
import { deriveKey } from '../base/server-secret.ts';

/** A consent takes people a while, but not a day. */
const livesMs = 30 * 60_000;

const common = {
  expiresAtMs: z.number(),
  /** The credential that is connected again; null for a new one. */
  replaces: z.uuid().nullable(),
};
const pendingConnection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('code'), ...common, input: connectInput, verifier: z.string(), state: z.string() }),
  z.strictObject({ kind: z.literal('device'), ...common, input: deviceConnectInput, deviceCode: z.string() }),
]);
export type PendingConnection = z.infer<typeof pendingConnection>;
type Started = PendingConnection extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'expiresAtMs'>
    : never
  : never;

/** @returns opaque text that only this account can hand in again, under an id of its own. */
export function sealPending(
  ctx: Context,
  accountId: string,
  pending: Started,
  id = mintUuid(ctx.nowMs(), ctx.randomBytes),
): string {
  const text = JSON.stringify({ ...pending, expiresAtMs: ctx.nowMs() + livesMs });
  return `${id}.${seal(toTicketKeys(ctx), toSealContext(accountId, id), text).toString('base64url')}`;
}

/** @returns with the id that a new credential gets: the second use of one ticket meets the first. */
export function openPending(
  ctx: Context,
  accountId: string,
  ticket: string,
): PendingConnection & { readonly id: string } {
  const [id = '', box = ''] = ticket.split('.');
  const pending = z.uuid().safeParse(id).success ? readPending(ctx, accountId, id, box) : null;
  if (pending === null || pending.expiresAtMs < ctx.nowMs()) {
    throw new AppError('invalid_input', {
      message: 'no pending connection, or one that is over',
      public: 'This connection was not started here, or half an hour ago. Start it again.',
    });
  }
  return { ...pending, id };
}

function readPending(ctx: Context, accountId: string, id: string, box: string): PendingConnection | null {
  let text: string;
  try {
    text = open(toTicketKeys(ctx), toSealContext(accountId, id), Buffer.from(box, 'base64url'));
  } catch {
    // Handed in by a client: nothing but what was sealed for this account opens.
    return null;
  }
  return pendingConnection.parse(JSON.parse(text));
}

/** No master key: a rotation must neither wait for a ticket nor end it. */
function toTicketKeys({ serverSecret }: Pick<Context, 'serverSecret'>): MasterKeys {
  return toMasterKeys(0, new Map([[0, deriveKey(serverSecret, 'pending-connections')]]));
}

function toSealContext(accountId: string, credentialId: string) {
  return { accountId, credentialId, field: 'pending connection', version: 0 };
}
