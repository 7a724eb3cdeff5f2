// One request for the owner's word: who wants what and why, how long there is to answer, and the answers.

import type { ApprovalAnswer, ApprovalSummary } from '@keytrail/shared/approval';
import { MessageSquareX } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { ApprovalFacts, ApprovalHead } from './approval-facts.tsx';
import { ApprovalNote } from './approval-note.tsx';
import { Button } from './button.tsx';
import { CardLayout } from './card-layout.tsx';
import { EventIcon } from './event-icon.tsx';
import { IconButton } from './icon-button.tsx';
import { isTyping } from './is-typing.ts';
import { joinClasses } from './join-classes.ts';
import { strings } from './strings.ts';
import { useAnswer } from './use-answer.ts';

const words = strings.approval;

/** Sends an answer; null when it was taken, else the sentence that says why not. */
export type GiveAnswer = (id: string, answer: ApprovalAnswer, note?: string) => Promise<string | null>;

/** In a row as long as there is room: the words for a proxy are longer. */
const beside = { agent: 'max-[400px]:-ms-9.5', proxy: 'max-[440px]:-ms-9.5' };

interface ApprovalCardProps {
  readonly approval: ApprovalSummary;
  readonly onAnswer: GiveAnswer;
}

/** It can hold the focus: A approves once, M for longer, D denies, N denies with a word to the agent. */
export function ApprovalCard({ approval, onAnswer }: ApprovalCardProps) {
  const { pending, failure, give: begin } = useAnswer<ApprovalAnswer>();
  const give = (answer: ApprovalAnswer, note?: string) => begin(answer, () => onAnswer(approval.id, answer, note));
  const [isDenying, setIsDenying] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const { asker } = approval;
  const canRemember = approval.rememberMinutes > 0;

  const onKeyDown = (event: KeyboardEvent) => {
    // A key that is held would answer the next card, too, which has the focus then.
    if (isTyping(event) || pending !== null || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === 'a') give('once');
    else if (key === 'm' && canRemember) give('remember');
    else if (key === 'd') give('deny');
    else if (key === 'n') setIsDenying(true);
    else return;
    event.preventDefault();
  };
  const leaveNote = () => {
    setIsDenying(false);
    card.current?.focus();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: no form is filled in here, so this is no fieldset.
    <div
      ref={card}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card has keys of its own, so it takes the focus.
      tabIndex={0}
      data-approval={approval.id}
      aria-label={words.name(approval)}
      aria-keyshortcuts={canRemember ? 'A M D N' : 'A D N'}
      onKeyDown={onKeyDown}
      className="flex items-start gap-2.5 rounded-lg px-2.75 py-2.5 -outline-offset-2"
    >
      <CardLayout
        icon={<EventIcon type="agent_access" />}
        question={
          <>
            <ApprovalHead approval={approval} />
            <ApprovalFacts approval={approval} />
          </>
        }
        answers={
          isDenying ? (
            <ApprovalNote
              label={words.note[asker.kind]}
              pending={pending !== null}
              onDeny={(note) => give('deny', note)}
              onBack={leaveNote}
            />
          ) : (
            <div className={joinClasses('flex flex-wrap gap-1 pt-1.5 @2xl:pt-0', beside[asker.kind])}>
              <Button variant="primary" size="small" pending={pending === 'once'} onClick={() => give('once')}>
                {words.once}
              </Button>
              {canRemember && (
                <Button
                  size="small"
                  aria-label={words.remember[asker.kind](approval.rememberMinutes)}
                  pending={pending === 'remember'}
                  onClick={() => give('remember')}
                >
                  {words.rememberShort[asker.kind](approval.rememberMinutes)}
                </Button>
              )}
              <Button variant="danger" size="small" pending={pending === 'deny'} onClick={() => give('deny')}>
                {words.deny}
              </Button>
              <IconButton
                icon={MessageSquareX}
                label={words.denyWithNote}
                disabled={pending !== null}
                onClick={() => setIsDenying(true)}
              />
            </div>
          )
        }
        isForm={isDenying}
        failure={failure}
      />
    </div>
  );
}
