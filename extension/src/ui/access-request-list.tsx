// Requests for grants that wait for the owner, and what was just settled: alike in the popup and in the dashboard.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import { grantDurationLabels } from '@keytrail/shared/access-request';
import { CircleCheck, CircleX, ClockAlert } from 'lucide-react';
import { useRef } from 'react';
import { AccessRequestCard, type AnswerAccess, type LoadChoices } from './access-request-card.tsx';
import { toAnswerWords } from './approval-settled.tsx';
import { CardPlace } from './card-place.tsx';
import { SettledRow } from './settled-row.tsx';
import { strings } from './strings.ts';
import { useHeldOrder } from './use-held-order.ts';

const words = strings.accessRequest;

interface AccessRequestListProps {
  /** Waiting ones first. */
  readonly requests: readonly AccessRequestSummary[];
  readonly onAnswer: AnswerAccess;
  readonly loadChoices: LoadChoices;
  readonly onOpen: (id: string, isOpen: boolean) => void;
  /** While it is, nothing moves up under the pointer. */
  readonly isPointedAt: boolean;
}

/** Takes the focus over from a card that leaves with its answer. */
export function AccessRequestList({ requests, onAnswer, loadChoices, onOpen, isPointedAt }: AccessRequestListProps) {
  const order = useHeldOrder(requests, isPointedAt);
  const list = useRef<HTMLUListElement>(null);
  const answer: AnswerAccess = async (given) => {
    const hadFocus = list.current?.contains(document.activeElement) ?? false;
    const failure = await onAnswer(given);
    if (hadFocus && failure === null) list.current?.focus();
    return failure;
  };
  if (order.length === 0) return null;
  return (
    <ul
      ref={list}
      tabIndex={-1}
      aria-label={words.label}
      className="mt-1.5 overflow-hidden rounded-lg border border-line bg-panel first:mt-0"
    >
      {order.map((standing) => (
        <CardPlace
          key={standing.item.id}
          standing={standing}
          card={
            <AccessRequestCard request={standing.item} onAnswer={answer} loadChoices={loadChoices} onOpen={onOpen} />
          }
          settled={<Settled request={standing.item} />}
        />
      ))}
    </ul>
  );
}

function Settled({ request }: { readonly request: AccessRequestSummary }) {
  const { decision, ...face } = toFace(request);
  const { agentName, service } = request;
  return <SettledRow {...face} name={agentName} what={service} words={[decision, ...toAnswerWords(request)]} />;
}

function toFace({ status, grantedDuration }: AccessRequestSummary) {
  if (status === 'denied') return { icon: CircleX, ink: 'text-red', decision: words.denied };
  if (status === 'expired') return { icon: ClockAlert, ink: 'text-amber', decision: words.expired };
  const until = grantedDuration === null ? null : grantDurationLabels[grantedDuration];
  return { icon: CircleCheck, ink: 'text-green', decision: words.granted(until) };
}
