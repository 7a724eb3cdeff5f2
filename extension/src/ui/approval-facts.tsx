// What the owner reads before they answer: who wants what and how long there is, and on what grounds.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { clientKindLabels } from '@keytrail/shared/client';
import { ServiceBadge } from './service-badge.tsx';
import { strings } from './strings.ts';
import { toCountdown, toFullTime } from './time.ts';
import { useTicking } from './use-ticking.ts';

const words = strings.approval;

interface ApprovalProps {
  readonly approval: ApprovalSummary;
}

/** Who wants what, and the time that is left. */
export function ApprovalHead({ approval }: ApprovalProps) {
  const { asker, service } = approval;
  const mostMs = Date.parse(approval.expiresAt) - Date.parse(approval.requestedAt);
  const left = useTicking((nowMs) => toCountdown(approval.expiresAt, nowMs, mostMs));
  return (
    <div className="flex min-w-0 items-center gap-1.5">
      <p className="flex min-w-0 flex-1 items-center gap-1.5">
        <span dir="auto" title={asker.name} className="user-text max-w-1/2 shrink-0 truncate font-medium">
          {asker.name}
        </span>
        <span className="shrink-0">{words.wants[asker.kind]}</span>
        {asker.kind === 'agent' && service !== null && <ServiceBadge service={service} />}
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
const code = `${fact} font-mono text-2xs leading-4.5`;

/** What it is for, what it would release, and from where it comes. */
export function ApprovalFacts({ approval }: ApprovalProps) {
  const { asker, service, credentialLabel, fields, client, clientName, clientIp, userAgent, policies } = approval;
  return (
    <>
      {asker.kind === 'agent' ? (
        <Reason reason={approval.reason} />
      ) : (
        // Whole, however long: what is called is what the owner allows.
        <p dir="auto" className="user-text font-mono text-xs leading-5">
          {asker.tool}
        </p>
      )}
      <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
        {asker.kind === 'proxy' && <span className={code}>{asker.upstreamHost}</span>}
        {asker.kind === 'proxy' && service !== null && <span className={fact}>{service}</span>}
        {credentialLabel !== null && (
          <span dir="auto" className={fact}>
            {credentialLabel}
          </span>
        )}
        {fields.length > 0 && <span className={code}>{fields.join(', ')}</span>}
      </p>
      <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
        <span dir="auto" title={userAgent ?? undefined} className={fact}>
          {clientName ?? clientKindLabels[client]}
        </span>
        {clientIp !== null && <span className={code}>{clientIp}</span>}
        {asker.kind === 'proxy' && <span className={fact}>{words.key(asker.keyHint)}</span>}
        <span dir="auto" className={fact}>
          {words.askedBy(policies.map(({ name }) => name))}
        </span>
      </p>
    </>
  );
}

function Reason({ reason }: Pick<ApprovalSummary, 'reason'>) {
  return (
    <p dir="auto" className={reason === null ? 'text-xs text-faint' : 'user-text'}>
      {reason === null ? words.noReason : `“${reason}”`}
    </p>
  );
}
