// What waits for the owner, and what was just settled: the same list in the popup and above every page of the dashboard.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { useLayoutEffect, useRef, useState } from 'react';
import { ApprovalCard, type GiveAnswer } from './approval-card.tsx';
import { ApprovalSettled } from './approval-settled.tsx';
import { CardPlace } from './card-place.tsx';
import { strings } from './strings.ts';
import { useHeldOrder } from './use-held-order.ts';

interface ApprovalListProps {
  /** Waiting ones first. */
  readonly approvals: readonly ApprovalSummary[];
  readonly onAnswer: GiveAnswer;
  /** Gives the focus to the first card when the list appears, unless something else has it. */
  readonly takesFocus: boolean;
  /** While it is, nothing moves up under the pointer. */
  readonly isPointedAt: boolean;
}

/** After an answer the next card has the focus. */
export function ApprovalList({ approvals, onAnswer, takesFocus, isPointedAt }: ApprovalListProps) {
  const order = useHeldOrder(approvals, isPointedAt);
  const list = useRef<HTMLUListElement>(null);
  const isFocusDue = useRef(takesFocus);
  // A card that was answered while it had the focus: its leaving may be heard of before its answer, or after.
  const [leavingId, setLeavingId] = useState<string | null>(null);

  useLayoutEffect(() => {
    if (leavingId !== null && !isWaiting(approvals, leavingId)) {
      isFocusDue.current = true;
      setLeavingId(null);
    }
    const first = list.current?.querySelector<HTMLElement>('[data-approval]:not([inert] *)');
    if (!isFocusDue.current || first == null) return;
    isFocusDue.current = false;
    // A key that was meant for something else must not answer a request that came just before it.
    if (!hasFocus()) first.focus();
  });
  const give: GiveAnswer = async (id, ...answer) => {
    const hadFocus = list.current?.contains(document.activeElement) ?? false;
    const failure = await onAnswer(id, ...answer);
    // The card leaves with the answer and takes the focus along.
    if (hadFocus && failure === null) setLeavingId(id);
    return failure;
  };

  if (order.length === 0) return null;
  return (
    <ul
      ref={list}
      aria-label={strings.approval.label}
      className="overflow-hidden rounded-lg border border-line bg-panel"
    >
      {order.map((standing) => (
        <CardPlace
          key={standing.item.id}
          standing={standing}
          card={<ApprovalCard approval={standing.item} onAnswer={give} />}
          settled={<ApprovalSettled approval={standing.item} />}
        />
      ))}
    </ul>
  );
}

function isWaiting(approvals: readonly ApprovalSummary[], sought: string): boolean {
  return approvals.some(({ id, status }) => id === sought && status === 'waiting');
}

/** Whether something has it that can keep it: a card that is over loses it a little later. */
function hasFocus(): boolean {
  const { activeElement } = document;
  return activeElement !== null && activeElement !== document.body && activeElement.closest('[inert]') === null;
}

/** The keys of the cards, said once. */
export function toKeyWords(approvals: readonly ApprovalSummary[]): string | null {
  const waiting = approvals.filter(({ status }) => status === 'waiting');
  if (waiting.length === 0) return null;
  return waiting.some(({ rememberMinutes }) => rememberMinutes > 0)
    ? strings.approval.keysRemember
    : strings.approval.keys;
}
