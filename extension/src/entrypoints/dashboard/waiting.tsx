// What waits for the owner's word, above every page: a request lasts a minute, and the person may be looking at any of
// them. One card, so that the page stays in sight; the rest unfolds. While the vault is locked, the way to open it stands in its place.

import { loadGrantChoices, sendAccessAnswer, sendAnswer } from '../../lib/answer.ts';
import { type KeptInbox, toShownAccessRequests, toShownApprovals } from '../../lib/inbox.ts';
import { useInbox } from '../../lib/use-inbox.ts';
import { useSession } from '../../lib/use-session.ts';
import { toKeyWords } from '../../ui/approval-list.tsx';
import { strings as uiStrings } from '../../ui/strings.ts';
import { useTicking } from '../../ui/use-ticking.ts';
import { WaitingCards } from '../../ui/waiting-cards.tsx';
import { strings } from './strings.ts';
import { Unlock } from './unlock.tsx';

/** Nothing where nothing waits and the vault is open. */
export function Waiting() {
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  return <WaitingFor key={view.session.account.accountId} accountId={view.session.account.accountId} />;
}

function WaitingFor({ accountId }: { readonly accountId: string }) {
  const inbox = useInbox(accountId);
  if (inbox === null) return null;
  if (inbox.lockedAt === null) return <Approvals inbox={inbox} />;
  return <Unlock />;
}

function Approvals({ inbox }: { readonly inbox: KeptInbox }) {
  // Looked at each second, drawn when one comes or goes.
  useTicking((nowMs) => toShownApprovals(inbox, nowMs).length + toShownAccessRequests(inbox, nowMs).length);
  const approvals = toShownApprovals(inbox, Date.now());
  const requests = toShownAccessRequests(inbox, Date.now());
  if (approvals.length + requests.length === 0) return null;
  return (
    <section aria-label={strings.waiting} className="mb-1">
      <div className="flex items-center justify-between gap-3 pb-1.5">
        <h2 className="eyebrow">{strings.waiting}</h2>
        <span className="text-2xs text-faint">{toKeyWords(approvals)}</span>
      </div>
      <WaitingCards
        approvals={approvals}
        requests={requests}
        cardsAtFirst={1}
        onAnswer={(id, answer, note) => sendAnswer({ id, answer, note }, uiStrings.approval.noWorker)}
        onAnswerAccess={(answer) => sendAccessAnswer(answer, uiStrings.approval.noWorker)}
        loadChoices={(id) => loadGrantChoices(id, uiStrings.approval.noWorker)}
      />
    </section>
  );
}
