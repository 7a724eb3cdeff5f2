// Makes a call again where its upstream did not take the token: once, with one that was renewed in between.

import { AppError } from '@keytrail/shared/errors';
import type { Context } from '../base/context.ts';
import { renewForProxy } from '../vault/access.ts';
import type { LoadedProxy } from '../vault/proxy-load.ts';
import type { Released } from './outgoing.ts';

/**
 * @param send throws `upstream_unauthorized` for an upstream's 401, while nothing has been answered yet.
 * @param options.repeatable whether what is sent is still there to be sent again.
 */
export async function sendRenewing<Result>(
  ctx: Context,
  loaded: LoadedProxy,
  access: Released,
  send: (access: Released) => Promise<Result>,
  { correlationId, repeatable }: { correlationId: string | null; repeatable: boolean },
): Promise<Result> {
  try {
    return await send(access);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'upstream_unauthorized') throw error;
    const renewed = await renewForProxy(ctx, loaded, correlationId);
    if (renewed === null) throw error;
    if (!repeatable) throw new AppError('token_renewed', { message: 'a body that streamed through is gone' });
    return send(renewed);
  }
}
