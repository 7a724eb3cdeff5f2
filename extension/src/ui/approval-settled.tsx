// A request that was just answered, here or on another device: what was decided, and from where.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { CircleCheck, CircleX, ClockAlert } from 'lucide-react';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';

const words = strings.approval.settled;

/** A list item, gone after a moment. */
export function ApprovalSettled({ approval }: { readonly approval: ApprovalSummary }) {
  const { icon: Icon, ink, decision } = toFace(approval);
  const { answeredFrom, note } = approval;
  const details = [answeredFrom === null ? null : words.by(answeredFrom), note === null ? null : words.said(note)];
  return (
    <li className="flex items-start gap-2.5 border-t border-hairline px-2.75 py-2 first:border-t-0">
      <Icon aria-hidden className={`mx-1.5 mt-0.5 size-4 shrink-0 ${ink}`} />
      <div role="status" className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-1.5">
          <span dir="auto" className="user-text max-w-3/5 shrink-0 truncate font-medium">
            {approval.agentName}
          </span>
          <ServiceBadge service={approval.service} />
        </p>
        <p dir="auto" className="user-text text-xs text-mute">
          {[decision, ...details.filter((detail) => detail !== null)].join(' · ')}
        </p>
      </div>
    </li>
  );
}

function toFace({ status, holdsUntil, rememberMinutes }: ApprovalSummary) {
  if (status === 'denied') return { icon: CircleX, ink: 'text-red', decision: words.denied };
  if (status === 'expired') return { icon: ClockAlert, ink: 'text-amber', decision: words.expired };
  const decision = holdsUntil === null ? words.once : words.remember(rememberMinutes);
  return { icon: CircleCheck, ink: 'text-green', decision };
}
