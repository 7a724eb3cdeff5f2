// What waits for the owner, and what was just settled: the same list in the popup and above every page of the dashboard.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { useLayoutEffect, useRef, useState } from 'react';
import { ApprovalCard, type GiveAnswer } from './approval-card.tsx';
import { ApprovalSettled } from './approval-settled.tsx';
import { Button } from './button.tsx';
import { strings } from './strings.ts';

const shownAtFirst = 3;

interface ApprovalListProps {
  /** Waiting ones first. */
  readonly approvals: readonly ApprovalSummary[];
  readonly onAnswer: GiveAnswer;
  /** Gives the focus to the first card when the list appears, unless something else has it. */
  readonly takesFocus?: boolean | undefined;
}

/** After an answer the next card has the focus. */
export function ApprovalList({ approvals, onAnswer, takesFocus = false }: ApprovalListProps) {
  const [isWhole, setIsWhole] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const isFocusDue = useRef(takesFocus);
  // A card that was answered while it had the focus: its leaving may be heard of before its answer, or after.
  const [leavingId, setLeavingId] = useState<string | null>(null);
  const waiting = approvals.filter(({ status }) => status === 'waiting');
  const shown = isWhole ? waiting : waiting.slice(0, shownAtFirst);
  const settled = approvals.filter(({ status }) => status !== 'waiting');

  useLayoutEffect(() => {
    if (leavingId !== null && !waiting.some(({ id }) => id === leavingId)) {
      isFocusDue.current = true;
      setLeavingId(null);
    }
    const first = list.current?.querySelector<HTMLElement>('[data-approval]');
    if (!isFocusDue.current || first == null) return;
    isFocusDue.current = false;
    // A key that was meant for something else must not answer a request that came just before it.
    if (document.activeElement === null || document.activeElement === document.body) first.focus();
  });
  const give: GiveAnswer = async (id, ...answer) => {
    const hadFocus = list.current?.contains(document.activeElement) ?? false;
    const failure = await onAnswer(id, ...answer);
    // The card leaves with the answer and takes the focus along.
    if (hadFocus && failure === null) setLeavingId(id);
    return failure;
  };

  return (
    <>
      <ul
        ref={list}
        aria-label={strings.approval.label}
        className="overflow-hidden rounded-lg border border-line bg-panel"
      >
        {shown.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} onAnswer={give} />
        ))}
        {settled.map((approval) => (
          <ApprovalSettled key={approval.id} approval={approval} />
        ))}
      </ul>
      {shown.length < waiting.length && (
        <Button variant="ghost" size="small" className="mt-1.5" onClick={() => setIsWhole(true)}>
          {strings.approval.showAll(waiting.length)}
        </Button>
      )}
    </>
  );
}

/** The keys of the cards, said once. */
export function toKeyWords(approvals: readonly ApprovalSummary[]): string | null {
  const waiting = approvals.filter(({ status }) => status === 'waiting');
  if (waiting.length === 0) return null;
  return waiting.some(({ rememberMinutes }) => rememberMinutes > 0)
    ? strings.approval.keysRemember
    : strings.approval.keys;
}
