// The owner's answers to requests for grants, on their way to the server; what it says is taken over at once.

import { browser } from 'wxt/browser';
import { openDashboard } from '../../lib/dashboard-link.ts';
import type { Messages } from '../../lib/messages.ts';
import { patchAccessRequest } from './inbox.ts';
import type { NoticeHandler } from './notices.ts';
import { api, noteFailure } from './server.ts';

/** Answers a request. Where another device was faster, the list says what was decided. */
export async function answerAccessRequest(
  given: Messages['accessRequests.answer']['request'],
): Promise<Messages['accessRequests.answer']['reply']> {
  try {
    const { request } = await api.accessRequests.answer.mutate(given);
    await patchAccessRequest(request);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  }
}

/** The credentials that a request may be answered with. */
export async function listGrantChoices(
  which: Messages['accessRequests.choices']['request'],
): Promise<Messages['accessRequests.choices']['reply']> {
  try {
    return { kind: 'choices', choices: await api.accessRequests.choices.query(which) };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  }
}

const openCard = () => browser.action.openPopup().catch(() => openDashboard('/vault'));

/** A grant takes choices, which are made on the card; a refusal takes none. */
export const accessRequestNoticeHandler: NoticeHandler = {
  onClick: openCard,
  onButton: async (id, index) => {
    if (index === 0) return openCard();
    const reply = await answerAccessRequest({ answer: 'deny', id });
    if (reply.kind === 'refused') await openDashboard('/vault');
  },
};
