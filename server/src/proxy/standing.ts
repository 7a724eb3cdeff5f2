// Whether what is open through a proxy, such as a stream, could still be begun. New requests are refused at once; what is
// open is looked at now and then, and ends when its key was revoked, the proxy switched off or the vault locked.

import { AppError } from '@keytrail/shared/errors';
import type { Context } from '../base/context.ts';
import { judgeProxyCall } from '../vault/proxy-call.ts';
import { type LoadedProxy, reloadProxy } from '../vault/proxy-load.ts';

/** A refusal is recorded. What the proxy led to, or injected, when this was opened is over when that is another. */
export async function mayStayOpen(ctx: Context, opened: LoadedProxy): Promise<boolean> {
  const now = await reloadProxy(ctx, opened).catch(toRemoved);
  if (now === null || !isSameWay(now, opened)) return false;
  return (await judgeProxyCall(ctx, now, null)).outcome === 'allowed';
}

function isSameWay({ by: { proxy: now } }: LoadedProxy, { by: { proxy: before } }: LoadedProxy): boolean {
  return now.upstreamUrl === before.upstreamUrl && now.credentialId === before.credentialId;
}

function toRemoved(cause: unknown): null {
  if (cause instanceof AppError && cause.code === 'unauthorized') return null;
  throw cause;
}
