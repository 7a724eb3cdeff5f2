// Requests for the owner's word as notifications: what is asked, and two answers.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { Inbox } from '@keytrail/shared/alert';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { clientKindLabels } from '@keytrail/shared/client';
import { toOneLine } from '@keytrail/shared/text';
import type { Notice } from './notices.ts';
import { workerStrings } from './strings.ts';

const words = workerStrings.approvalNotice;

/** One for each request that waits; none while the vault is locked, when nothing can be approved. */
export function toApprovalNotices({ approvals, lockedAt }: Inbox): readonly Notice[] {
  if (lockedAt !== null) return [];
  return approvals.filter(({ status }) => status === 'waiting').map(toNotice);
}

function toNotice(approval: ApprovalSummary): Notice {
  const { id, asker, service, credentialLabel, fields, reason, client, clientName, clientIp } = approval;
  const credential = credentialLabel === null ? [] : [words.what(credentialLabel, fields)];
  // What is asked for comes first, and the agent's own words are cut: they could push it out of sight.
  const face =
    asker.kind === 'agent'
      ? { title: words.title(asker.name, service ?? ''), lines: [...credential, words.reason(toShort(reason))] }
      : { title: words.call(asker.name), lines: [asker.tool, words.to(asker.upstreamHost), ...credential] };
  return {
    id,
    title: face.title,
    message: face.lines.join('\n'),
    context: words.from(clientName ?? clientKindLabels[client], clientIp),
    // A browser cuts what is long, and nobody approves what they do not see: the card shows the whole of it.
    ...(asker.kind === 'proxy' && asker.tool.length > callMax ? {} : { buttons: [words.approve, words.deny] }),
    isUrgent: true,
  };
}

/** One for each request for a grant that waits, in the same way. */
export function toAccessRequestNotices({ accessRequests, lockedAt }: Inbox): readonly Notice[] {
  if (lockedAt !== null) return [];
  return accessRequests.filter(({ status }) => status === 'waiting').map(toAccessNotice);
}

function toAccessNotice(request: AccessRequestSummary): Notice {
  const { id, agentName, service, reason, client, clientName, clientIp } = request;
  return {
    id,
    title: workerStrings.accessNotice.title(agentName, service),
    message: words.reason(toShort(reason)),
    context: words.from(clientName ?? clientKindLabels[client], clientIp),
    buttons: [workerStrings.accessNotice.answer, workerStrings.accessNotice.deny],
  };
}

const reasonMax = 120;
const callMax = 120;

function toShort(reason: string | null): string | null {
  return reason === null || reason.length <= reasonMax ? reason : `${toOneLine(reason, reasonMax)}…`;
}
