// The seat of approvals: what waits for the owner's word comes before everything else in the popup.

import { sendAnswer } from '../../lib/answer.ts';
import { type KeptInbox, toShownApprovals } from '../../lib/inbox.ts';
import { ApprovalList, toKeyWords } from '../../ui/approval-list.tsx';
import { strings } from '../../ui/strings.ts';
import { useTicking } from '../../ui/use-ticking.ts';
import { Section } from './section.tsx';
import { popupStrings } from './strings.ts';

/** Nothing at all where nothing waits. */
export function Approvals({ inbox }: { readonly inbox: KeptInbox }) {
  // Looked at each second, drawn when one comes or goes.
  useTicking((nowMs) => toShownApprovals(inbox, nowMs).length);
  const approvals = toShownApprovals(inbox, Date.now());
  if (approvals.length === 0) return null;
  return (
    <Section
      title={popupStrings.approvals}
      aside={<span className="shrink-0 text-2xs text-faint">{toKeyWords(approvals)}</span>}
    >
      <ApprovalList
        approvals={approvals}
        takesFocus
        onAnswer={(id, answer, note) => sendAnswer({ id, answer, note }, strings.approval.noWorker)}
      />
    </Section>
  );
}
