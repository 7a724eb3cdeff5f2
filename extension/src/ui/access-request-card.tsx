// An agent's request for a grant: who asks for what and why, and the answers. Granting opens a form, for it is the owner
// who chooses the credential and the end.

import type { AccessRequestSummary, GrantChoice } from '@keytrail/shared/access-request';
import { grantDurationLabels } from '@keytrail/shared/access-request';
import type { AccessAnswer } from '@keytrail/shared/access-request-schema';
import { clientKindLabels } from '@keytrail/shared/client';
import { KeyRound, MessageSquareX } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { AccessRequestForm } from './access-request-form.tsx';
import { ApprovalNote } from './approval-note.tsx';
import { Button } from './button.tsx';
import { CardLayout } from './card-layout.tsx';
import { Fact, FactLine } from './fact-line.tsx';
import { IconButton } from './icon-button.tsx';
import { isTyping } from './is-typing.ts';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';
import { toFullTime, toRelativeTime } from './time.ts';
import { useAnswer } from './use-answer.ts';
import { useTicking } from './use-ticking.ts';

const words = strings.accessRequest;

/** Sends an answer; null when it was taken, else the sentence that says why not. */
export type AnswerAccess = (answer: AccessAnswer) => Promise<string | null>;
/** The credentials that a request may be answered with, or the sentence that says why they are not known. */
export type LoadChoices = (id: string) => Promise<readonly GrantChoice[] | string>;

interface AccessRequestCardProps {
  readonly request: AccessRequestSummary;
  readonly onAnswer: AnswerAccess;
  readonly loadChoices: LoadChoices;
  /** Told of a form that opens in it or closes. */
  readonly onOpen: (id: string, isOpen: boolean) => void;
}

type Part = 'buttons' | 'form' | 'note';

/** It can hold the focus: G grants, D denies, N denies with a word to the agent. */
export function AccessRequestCard({ request, onAnswer, loadChoices, onOpen }: AccessRequestCardProps) {
  const { id } = request;
  const { pending, failure, give } = useAnswer<AccessAnswer['answer']>();
  const [part, setPart] = useState<Part>('buttons');
  const card = useRef<HTMLDivElement>(null);
  const answer = (given: AccessAnswer) => give(given.answer, () => onAnswer(given));
  const deny = (note?: string) => answer({ answer: 'deny', id, ...(note === undefined ? {} : { note }) });
  const show = (next: Part) => {
    setPart(next);
    onOpen(id, next !== 'buttons');
  };
  const back = () => {
    show('buttons');
    card.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && part === 'form') back();
    // A key that is held would answer the next card, too.
    else if (part !== 'buttons' || isTyping(event) || pending !== null || event.repeat) return;
    else if (event.key.toLowerCase() === 'g') show('form');
    else if (event.key.toLowerCase() === 'd') deny();
    else if (event.key.toLowerCase() === 'n') show('note');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would take the form's place within it.
    <div
      ref={card}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card has keys of its own, so it takes the focus.
      tabIndex={0}
      aria-label={words.name(request.agentName, request.service)}
      aria-keyshortcuts="G D N"
      onKeyDown={onKeyDown}
      className="flex items-start gap-2.5 rounded-lg px-2.75 py-2.5 -outline-offset-2"
    >
      <CardLayout
        icon={<KeyRound aria-hidden className="mx-1.5 mt-0.5 size-4 shrink-0 text-accent" />}
        question={
          <>
            <Head request={request} />
            <Facts request={request} />
          </>
        }
        answers={
          <>
            {part === 'note' && (
              <ApprovalNote
                label={strings.approval.note.agent}
                pending={pending !== null}
                onDeny={deny}
                onBack={back}
              />
            )}
            {part === 'form' && (
              <AccessRequestForm
                request={request}
                pending={pending !== null}
                loadChoices={loadChoices}
                onGrant={answer}
                onBack={back}
              />
            )}
            {part === 'buttons' && (
              <div className="flex flex-wrap gap-1 pt-1.5 max-[400px]:-ms-9.5 @2xl:pt-0">
                <Button variant="primary" size="small" disabled={pending !== null} onClick={() => show('form')}>
                  {words.grant}
                </Button>
                <Button variant="danger" size="small" pending={pending === 'deny'} onClick={() => deny()}>
                  {strings.approval.deny}
                </Button>
                <IconButton
                  icon={MessageSquareX}
                  label={strings.approval.denyWithNote}
                  disabled={pending !== null}
                  onClick={() => show('note')}
                />
              </div>
            )}
          </>
        }
        isForm={part !== 'buttons'}
        failure={failure}
      />
    </div>
  );
}

function Head({ request: { agentName, service } }: { readonly request: AccessRequestSummary }) {
  return (
    <p className="flex min-w-0 items-center gap-1.5">
      <span dir="auto" title={agentName} className="user-text max-w-1/2 shrink-0 truncate font-medium">
        {agentName}
      </span>
      <span className="shrink-0">{words.asksFor}</span>
      <ServiceBadge service={service} />
    </p>
  );
}

function Facts({ request }: { readonly request: AccessRequestSummary }) {
  const { label, fields, reason, duration, client, clientName, clientIp, userAgent, expiresAt } = request;
  const ends = useTicking((nowMs) => toRelativeTime(expiresAt, nowMs));
  return (
    <>
      <p dir="auto" className="user-text">{`“${reason}”`}</p>
      <FactLine>
        <Fact>{label ?? words.anyLabel}</Fact>
        <Fact code={fields !== null}>{fields?.join(', ') ?? words.allFields}</Fact>
        {duration !== null && <Fact>{words.wished(grantDurationLabels[duration])}</Fact>}
      </FactLine>
      <FactLine>
        <Fact title={userAgent ?? undefined}>{clientName ?? clientKindLabels[client]}</Fact>
        {clientIp !== null && <Fact code>{clientIp}</Fact>}
        <Fact>
          <time dateTime={expiresAt} title={toFullTime(expiresAt)}>
            {words.ends(ends)}
          </time>
        </Fact>
      </FactLine>
    </>
  );
}
