// All that waits for the owner's word and what was just settled, alike in the popup and above every page of the dashboard.
// A press counts only for what stood under the pointer before it.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { ChevronDown } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { AnswerAccess, LoadChoices } from './access-request-card.tsx';
import { AccessRequestList } from './access-request-list.tsx';
import type { GiveAnswer } from './approval-card.tsx';
import { ApprovalList } from './approval-list.tsx';
import { Button } from './button.tsx';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';
import { useSteadyPresses } from './use-steady-presses.ts';
import { countCards, toShownWaiting } from './waiting-shown.ts';

const words = strings.approval;

interface WaitingCardsProps {
  /** Waiting ones first, as of the requests. */
  readonly approvals: readonly ApprovalSummary[];
  readonly requests: readonly AccessRequestSummary[];
  /** How many cards there are before the owner asks for the rest. */
  readonly cardsAtFirst: number;
  readonly onAnswer: GiveAnswer;
  readonly onAnswerAccess: AnswerAccess;
  readonly loadChoices: LoadChoices;
  /** Gives the focus to the first approval when it appears, unless something else has it. */
  readonly takesFocus?: boolean | undefined;
}

/** Folds what is more than `cardsAtFirst`. */
export function WaitingCards({
  approvals,
  requests,
  cardsAtFirst,
  onAnswer,
  onAnswerAccess,
  loadChoices,
  takesFocus = false,
}: WaitingCardsProps) {
  const box = useRef<HTMLDivElement>(null);
  const listsId = useId();
  const steady = useSteadyPresses(box);
  const [isPointedAt, setIsPointedAt] = useState(false);
  const [isWhole, setIsWhole] = useState(false);
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set());
  const isMany = countCards({ approvals, requests }) > cardsAtFirst;
  // Whoever has unfolded some has not asked to see the next ones as well.
  if (isWhole && !isMany) setIsWhole(false);
  const shown = toShownWaiting({ approvals, requests }, isWhole ? Number.POSITIVE_INFINITY : cardsAtFirst, openIds);

  const point = () => setIsPointedAt(true);
  const onOpen = (id: string, isOpen: boolean) =>
    setOpenIds((known) => new Set(isOpen ? [...known, id] : [...known].filter((other) => other !== id)));
  const unfold = () => {
    setIsWhole(!isWhole);
    // What folds away at the owner's wish holds no place.
    setIsPointedAt(false);
  };
  return (
    <div
      ref={box}
      {...steady}
      onPointerEnter={point}
      onPointerMove={point}
      onPointerLeave={() => setIsPointedAt(false)}
      className="@container"
    >
      <div id={listsId}>
        {shown.approvals.length > 0 && (
          <ApprovalList
            approvals={shown.approvals}
            onAnswer={onAnswer}
            takesFocus={takesFocus}
            isPointedAt={isPointedAt}
          />
        )}
        {shown.requests.length > 0 && (
          <AccessRequestList
            requests={shown.requests}
            onAnswer={onAnswerAccess}
            loadChoices={loadChoices}
            onOpen={onOpen}
            isPointedAt={isPointedAt}
          />
        )}
      </div>
      {(isWhole || shown.more > 0) && (
        <Button
          variant="ghost"
          size="small"
          aria-expanded={isWhole}
          aria-controls={listsId}
          className="mt-1.5"
          onClick={unfold}
        >
          {isWhole ? words.fewer : words.more(shown.more)}
          <ChevronDown aria-hidden className={joinClasses('transition-transform', isWhole && 'rotate-180')} />
        </Button>
      )}
    </div>
  );
}
