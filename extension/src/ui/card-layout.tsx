// How a card that waits for an answer is laid out: what is asked, the answers beneath it or, where there is room, beside it,
// and why the last answer was not taken.

import type { ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';

interface CardLayoutProps {
  readonly icon: ReactNode;
  readonly question: ReactNode;
  readonly answers: ReactNode;
  /** A form stands in the place of the answers, which takes the whole width. */
  readonly isForm: boolean;
  readonly failure: string | null;
}

/** Goes by the width of the list that it is in. */
export function CardLayout({ icon, question, answers, isForm, failure }: CardLayoutProps) {
  return (
    <>
      {icon}
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <div className={joinClasses('flex flex-col gap-0.5', !isForm && '@2xl:flex-row @2xl:items-center @2xl:gap-5')}>
          <div className="flex min-w-0 flex-1 flex-col gap-0.5">{question}</div>
          {answers}
        </div>
        {failure !== null && (
          <p role="alert" className="pt-1 text-xs text-red">
            {failure}
          </p>
        )}
      </div>
    </>
  );
}
