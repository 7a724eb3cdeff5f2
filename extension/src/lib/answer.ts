// The owner's answers and the lock by way of the worker, as pages call them: null when it is done, else a sentence.

import type { GrantChoice } from '@keytrail/shared/access-request';
import type { AccessAnswer } from '@keytrail/shared/access-request-schema';
import type { ApprovalAnswer } from '@keytrail/shared/approval';
import { sendMessage } from './messages.ts';

/** `away`: what to say when no worker answered. */
export async function sendAnswer(
  given: { id: string; answer: ApprovalAnswer; note?: string | undefined },
  away: string,
): Promise<string | null> {
  const reply = await sendMessage('approvals.answer', given).catch(() => undefined);
  // Where another device was faster, the list shows what it decided.
  return reply?.kind === 'answered' ? null : (reply?.failure.sentence ?? away);
}

/** The answer to a request for a grant. */
export async function sendAccessAnswer(given: AccessAnswer, away: string): Promise<string | null> {
  const reply = await sendMessage('accessRequests.answer', given).catch(() => undefined);
  return reply?.kind === 'done' ? null : (reply?.failure.sentence ?? away);
}

/** The credentials that it may be answered with; a sentence where they cannot be had. */
export async function loadGrantChoices(id: string, away: string): Promise<readonly GrantChoice[] | string> {
  const reply = await sendMessage('accessRequests.choices', { id }).catch(() => undefined);
  return reply?.kind === 'choices' ? reply.choices : (reply?.failure.sentence ?? away);
}

export async function sendLock(away: string): Promise<string | null> {
  const reply = await sendMessage('vault.lock', {}).catch(() => undefined);
  return reply?.kind === 'done' ? null : (reply?.failure.sentence ?? away);
}

export async function sendUnlock(password: string, away: string): Promise<string | null> {
  const reply = await sendMessage('vault.unlock', { password }).catch(() => undefined);
  return reply?.kind === 'done' ? null : (reply?.failure.sentence ?? away);
}
