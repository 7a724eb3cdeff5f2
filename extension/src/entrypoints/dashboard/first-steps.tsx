// What to do first, shown on a young vault until it is done or dismissed.

import { Link } from '@tanstack/react-router';
import { Bot, Check, KeyRound, List, type LucideIcon, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../../ui/icon-button.tsx';
import { joinClasses } from '../../ui/join-classes.ts';
import { strings } from './strings.ts';

const dismissedKey = 'keytrail-first-steps-hidden';
const text = strings.firstSteps;

interface FirstStepsProps {
  readonly hasCredentials: boolean;
  readonly hasAgents: boolean;
  readonly onAdd: () => void;
}

/** Three steps; the ones behind the reader are ticked. */
export function FirstSteps({ hasCredentials, hasAgents, onAdd }: FirstStepsProps) {
  const [hidden, setHidden] = useState(localStorage.getItem(dismissedKey) !== null);
  if (hidden || (hasCredentials && hasAgents)) return null;

  function dismiss() {
    localStorage.setItem(dismissedKey, '1');
    setHidden(true);
  }

  return (
    <section aria-labelledby="first-steps" className="rounded-lg border border-line bg-panel">
      <header className="flex items-center justify-between py-1.5 ps-4 pe-2">
        <h2 id="first-steps" className="eyebrow">
          {text.title}
        </h2>
        <IconButton icon={X} label={text.dismiss} onClick={dismiss} />
      </header>
      <ol className="grid border-t border-hairline md:grid-cols-3">
        <Step icon={KeyRound} done={hasCredentials} hint={text.storeHint}>
          <button type="button" onClick={onAdd} className={linkClasses}>
            {text.store}
          </button>
        </Step>
        <Step icon={Bot} done={hasAgents} hint={text.agentHint}>
          <Link to="/agents" className={linkClasses}>
            {text.agent}
          </Link>
        </Step>
        <Step icon={List} done={false} hint={text.logHint}>
          <Link to="/audit" className={linkClasses}>
            {text.log}
          </Link>
        </Step>
      </ol>
    </section>
  );
}

const linkClasses =
  'rounded-sm font-medium text-accent outline-none group-hover:underline after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent';

interface StepProps {
  readonly icon: LucideIcon;
  readonly done: boolean;
  readonly hint: string;
  readonly children: ReactNode;
}

function Step({ icon: Icon, done, hint, children }: StepProps) {
  return (
    <li className="group relative flex gap-3 border-t border-hairline px-4 py-3 first:border-t-0 hover:bg-canvas md:border-s md:border-t-0 md:first:border-s-0">
      <span
        aria-hidden
        className={joinClasses(
          'grid size-7 shrink-0 place-items-center rounded-md',
          done ? 'bg-green-soft text-green' : 'bg-sunken text-mute',
        )}
      >
        {done ? <Check className="size-4" /> : <Icon className="size-4" />}
      </span>
      <div className="min-w-0">
        {children}
        {done && <span className="sr-only">{text.done}</span>}
        <p className="text-xs text-pretty text-mute">{hint}</p>
      </div>
    </li>
  );
}
