// The owner's answers and the lock by way of the worker, as pages call them: null when it is done, else a sentence.

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

export async function sendLock(away: string): Promise<string | null> {
  const reply = await sendMessage('vault.lock', {}).catch(() => undefined);
  return reply?.kind === 'done' ? null : (reply?.failure.sentence ?? away);
}

export async function sendUnlock(password: string, away: string): Promise<string | null> {
  const reply = await sendMessage('vault.unlock', { password }).catch(() => undefined);
  return reply?.kind === 'done' ? null : (reply?.failure.sentence ?? away);
}
