// The seat of approvals: what waits for the owner's word comes before everything else in the popup.

import { loadGrantChoices, sendAccessAnswer, sendAnswer } from '../../lib/answer.ts';
import { countShown, type KeptInbox, toShownAccessRequests, toShownApprovals } from '../../lib/inbox.ts';
import { toKeyWords } from '../../ui/approval-list.tsx';
import { strings } from '../../ui/strings.ts';
import { useTicking } from '../../ui/use-ticking.ts';
import { WaitingCards } from '../../ui/waiting-cards.tsx';
import { Section } from './section.tsx';
import { popupStrings } from './strings.ts';

/** Nothing at all where nothing waits. */
export function Approvals({ inbox }: { readonly inbox: KeptInbox }) {
  // Looked at each second, drawn when one comes or goes.
  useTicking((nowMs) => countShown(inbox, nowMs));
  const approvals = toShownApprovals(inbox, Date.now());
  const requests = toShownAccessRequests(inbox, Date.now());
  if (approvals.length + requests.length === 0) return null;
  return (
    <Section
      title={popupStrings.approvals}
      aside={<span className="shrink-0 text-2xs text-faint">{toKeyWords(approvals)}</span>}
    >
      <WaitingCards
        approvals={approvals}
        requests={requests}
        cardsAtFirst={3}
        takesFocus
        onAnswer={(id, answer, note) => sendAnswer({ id, answer, note }, strings.approval.noWorker)}
        onAnswerAccess={(answer) => sendAccessAnswer(answer, strings.approval.noWorker)}
        loadChoices={(id) => loadGrantChoices(id, strings.approval.noWorker)}
      />
    </Section>
  );
}
