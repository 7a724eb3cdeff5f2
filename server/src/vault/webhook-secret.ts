// What binds Keytrail to an owner's webhook, sealed in its row: the one-time code and the shared secret. Neither opens any
// credential: of a vault in webhook mode there is nothing here to be opened.

import { AppError } from '@keytrail/shared/errors';
import type { Context } from '../base/context.ts';
import { open, seal } from '../base/envelope.ts';
import type { SealedField } from '../base/schema.ts';

type What = 'code' | 'secret';

/** Whose they are. */
interface Bound {
  readonly accountId: string;
  readonly id: string;
}

export function sealWebhookText(ctx: Pick<Context, 'masterKeys'>, bound: Bound, what: What, text: string): SealedField {
  return { version: 1, box: seal(ctx.masterKeys, toContext(bound, what), text).toString('base64') };
}

/** Null where there is none. Throws `secret_unreadable`, or `master_key_unavailable` for a while. */
export function openWebhookText(
  ctx: Pick<Context, 'masterKeys'>,
  row: Bound & { readonly sealed: Readonly<Record<string, SealedField>> },
  what: What,
): string | null {
  const box = row.sealed[what]?.box ?? null;
  if (box === null) return null;
  try {
    return open(ctx.masterKeys, toContext(row, what), Buffer.from(box, 'base64'));
  } catch (cause) {
    // The key is away for a while; the secret is as it was.
    if (cause instanceof AppError) throw cause;
    throw new AppError('secret_unreadable', { message: `${what} of webhook ${row.id} does not open`, cause });
  }
}

function toContext({ accountId, id }: Bound, what: What) {
  return { accountId, credentialId: id, field: what, version: 1 };
}
