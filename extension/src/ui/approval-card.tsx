// One request for the owner's word: who wants what and why, how long there is to answer, and the answers.

import type { ApprovalAnswer, ApprovalSummary } from '@keytrail/shared/approval';
import { clientKindLabels } from '@keytrail/shared/client';
import { MessageSquareX } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { ApprovalNote } from './approval-note.tsx';
import { Button } from './button.tsx';
import { EventIcon } from './event-icon.tsx';
import { IconButton } from './icon-button.tsx';
import { isTyping } from './is-typing.ts';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';
import { toCountdown, toFullTime } from './time.ts';
import { useAnswer } from './use-answer.ts';
import { useTicking } from './use-ticking.ts';

const words = strings.approval;

/** Sends an answer; null when it was taken, else the sentence that says why not. */
export type GiveAnswer = (id: string, answer: ApprovalAnswer, note?: string) => Promise<string | null>;

interface ApprovalCardProps {
  readonly approval: ApprovalSummary;
  readonly onAnswer: GiveAnswer;
}

/** A list item that can hold the focus: A approves once, M for longer, D denies, N denies with a word to the agent. */
export function ApprovalCard({ approval, onAnswer }: ApprovalCardProps) {
  const { pending, failure, give: begin } = useAnswer<ApprovalAnswer>();
  const give = (answer: ApprovalAnswer, note?: string) => begin(answer, () => onAnswer(approval.id, answer, note));
  const [isDenying, setIsDenying] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const canRemember = approval.rememberMinutes > 0;

  const onKeyDown = (event: KeyboardEvent) => {
    if (isTyping(event) || pending !== null) return;
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
    <li className="border-t border-hairline first:border-t-0">
      {/* biome-ignore lint/a11y/useSemanticElements: no form is filled in here, so this is no fieldset. */}
      <div
        ref={card}
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the card has keys of its own, so it takes the focus.
        tabIndex={0}
        data-approval={approval.id}
        aria-label={words.name(approval.agentName, approval.service)}
        aria-keyshortcuts={canRemember ? 'A M D N' : 'A D N'}
        onKeyDown={onKeyDown}
        className="flex items-start gap-2.5 rounded-lg px-2.75 py-2.5 -outline-offset-2"
      >
        <EventIcon type="agent_access" />
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">
          <Head approval={approval} />
          <Facts approval={approval} />
          {isDenying ? (
            <ApprovalNote pending={pending !== null} onDeny={(note) => give('deny', note)} onBack={leaveNote} />
          ) : (
            <div className="flex flex-wrap gap-1 pt-1.5 max-[400px]:-ms-9.5">
              <Button variant="primary" size="small" pending={pending === 'once'} onClick={() => give('once')}>
                {words.once}
              </Button>
              {canRemember && (
                <Button
                  size="small"
                  aria-label={words.remember(approval.rememberMinutes)}
                  pending={pending === 'remember'}
                  onClick={() => give('remember')}
                >
                  {words.rememberShort(approval.rememberMinutes)}
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
          )}
          {failure !== null && (
            <p role="alert" className="pt-1 text-xs text-red">
              {failure}
            </p>
          )}
        </div>
      </div>
    </li>
  );
}

function Head({ approval }: { readonly approval: ApprovalSummary }) {
  const mostMs = Date.parse(approval.expiresAt) - Date.parse(approval.requestedAt);
  const left = useTicking((nowMs) => toCountdown(approval.expiresAt, nowMs, mostMs));
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <p className="flex min-w-0 flex-1 items-center gap-1.5">
        <span dir="auto" title={approval.agentName} className="user-text max-w-1/2 shrink-0 truncate font-medium">
          {approval.agentName}
        </span>
        <span className="shrink-0">{words.wants}</span>
        <ServiceBadge service={approval.service} />
      </p>
      <time
        dateTime={approval.expiresAt}
        title={`${words.left(left)}, ${toFullTime(approval.expiresAt)}`}
        className="shrink-0 text-xs text-mute"
      >
        {left}
      </time>
    </div>
  );
}

const fact = "user-text after:ms-1.5 after:content-['·'] last:after:hidden";

function Facts({ approval }: { readonly approval: ApprovalSummary }) {
  const { credentialLabel, fields, reason, client, clientName, clientIp, userAgent, policies } = approval;
  return (
    <>
      <p dir="auto" className={reason === null ? 'text-xs text-faint' : 'user-text'}>
        {reason === null ? words.noReason : `“${reason}”`}
      </p>
      <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
        <span dir="auto" className={fact}>
          {credentialLabel}
        </span>
        <span className={`${fact} font-mono text-2xs leading-4.5`}>{fields.join(', ')}</span>
      </p>
      <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
        <span dir="auto" title={userAgent ?? undefined} className={fact}>
          {clientName ?? clientKindLabels[client]}
        </span>
        {clientIp !== null && <span className={`${fact} font-mono text-2xs leading-4.5`}>{clientIp}</span>}
        <span dir="auto" className={fact}>
          {words.askedBy(policies.map(({ name }) => name))}
        </span>
      </p>
    </>
  );
}
