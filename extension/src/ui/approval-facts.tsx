// What the owner reads before they answer: who wants what and how long there is, and on what grounds.

import type { ApprovalSummary } from '@keytrail/shared/approval';
import { clientKindLabels } from '@keytrail/shared/client';
import { Fact, FactLine } from './fact-line.tsx';
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
      <FactLine>
        {asker.kind === 'proxy' && <Fact code>{asker.upstreamHost}</Fact>}
        {asker.kind === 'proxy' && service !== null && <Fact>{service}</Fact>}
        {credentialLabel !== null && <Fact>{credentialLabel}</Fact>}
        {fields.length > 0 && <Fact code>{fields.join(', ')}</Fact>}
      </FactLine>
      <FactLine>
        <Fact title={userAgent ?? undefined}>{clientName ?? clientKindLabels[client]}</Fact>
        {clientIp !== null && <Fact code>{clientIp}</Fact>}
        {asker.kind === 'proxy' && <Fact>{words.key(asker.keyHint)}</Fact>}
        <Fact>{words.askedBy(policies.map(({ name }) => name))}</Fact>
      </FactLine>
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
