// The owner's answers and the lock, on their way to the server; what it says is taken over at once.

import { browser } from 'wxt/browser';
import { openDashboard } from '../../lib/dashboard-link.ts';
import type { Messages } from '../../lib/messages.ts';
import { patchApproval, patchInbox } from './inbox.ts';
import type { NoticeHandler } from './notices.ts';
import { api, noteFailure } from './server.ts';

/** Answers a request. Where another device was faster, the reply says what was decided. */
export async function answerApproval(
  given: Messages['approvals.answer']['request'],
): Promise<Messages['approvals.answer']['reply']> {
  try {
    const { decided, approval } = await api.approvals.answer.mutate(given);
    await patchApproval(approval);
    return { kind: 'answered', decided, approval };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  }
}

/** Locks the vault, or opens it with the password. */
export async function setLock(change: { password: string } | 'lock'): Promise<Messages['vault.lock']['reply']> {
  try {
    const { lockedAt } = change === 'lock' ? await api.vault.lock.mutate() : await api.vault.unlock.mutate(change);
    await patchInbox(() => ({ lockedAt }));
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  }
}

export const approvalNoticeHandler: NoticeHandler = {
  // The popup opens over a browser window that has the focus; without one the cards are in the dashboard, too.
  onClick: () => browser.action.openPopup().catch(() => openDashboard('/vault')),
  onButton: async (id, index) => {
    const reply = await answerApproval({ id, answer: index === 0 ? 'once' : 'deny' });
    // The card there says why when it is answered.
    if (reply.kind === 'refused') await openDashboard('/vault');
  },
};
