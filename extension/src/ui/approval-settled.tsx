// A request that was just answered, here or on another device: what was decided, and from where.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { CircleCheck, CircleX, ClockAlert } from 'lucide-react';
import { SettledRow } from './settled-row.tsx';
import { strings } from './strings.ts';

const words = strings.approval.settled;

/** Gone after a moment. */
export function ApprovalSettled({ approval }: { readonly approval: ApprovalSummary }) {
  const { decision, ...face } = toFace(approval);
  const { asker, service } = approval;
  const what = asker.kind === 'agent' ? (service ?? '') : asker.tool;
  return <SettledRow {...face} name={asker.name} what={what} words={[decision, ...toAnswerWords(approval)]} />;
}

/** From where it was answered, and what the owner said. */
export function toAnswerWords({ answeredFrom, note }: Pick<ApprovalSummary, 'answeredFrom' | 'note'>): string[] {
  return [...(answeredFrom === null ? [] : [words.by(answeredFrom)]), ...(note === null ? [] : [words.said(note)])];
}

function toFace({ status, asker, holdsUntil, rememberMinutes }: ApprovalSummary) {
  if (status === 'denied') return { icon: CircleX, ink: 'text-red', decision: words.denied };
  if (status === 'expired') return { icon: ClockAlert, ink: 'text-amber', decision: words.expired };
  if (status === 'ended') return { icon: CircleX, ink: 'text-amber', decision: words.ended };
  const decision = holdsUntil === null ? words.once : words.remember[asker.kind](rememberMinutes);
  return { icon: CircleCheck, ink: 'text-green', decision };
}
