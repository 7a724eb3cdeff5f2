// How an agent stands: its keys, what it may use, what it was refused, when it last acted.

import type { AgentKeySummary, AgentSummary } from '@keytrail/shared/agent';
import { Link } from '@tanstack/react-router';
import { Button } from '../../../ui/button.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { isWorking } from './is-working.ts';

const text = strings.agents;

interface AgentFactsProps {
  readonly agent: AgentSummary;
  readonly denials: number | undefined;
  readonly onEndOldKeys: () => void;
}

/** The middle of a card. */
export function AgentFacts({ agent, denials, onEndOldKeys }: AgentFactsProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 px-3.5 py-3 text-xs [&_dt]:text-mute">
      <dt>{text.keys}</dt>
      <dd className="flex flex-col gap-1">
        {agent.keys.map((key) => (
          <Key key={key.id} agentKey={key} onEnd={onEndOldKeys} />
        ))}
      </dd>
      <dt>{text.grants}</dt>
      <dd>{text.grantCount(agent.activeGrants)}</dd>
      <dt>{text.denials}</dt>
      <dd>
        <Denials agentId={agent.id} count={denials} />
      </dd>
      <dt>{text.used}</dt>
      <dd>{agent.lastUsedAt === null ? strings.never : <RelativeTime at={agent.lastUsedAt} />}</dd>
    </dl>
  );
}

/** A key that was replaced goes when its end comes, also while the page just stands there. */
function Key({ agentKey, onEnd }: { readonly agentKey: AgentKeySummary; readonly onEnd: () => void }) {
  const working = useTicking((nowMs) => isWorking(agentKey, nowMs));
  if (!working) return null;
  const { hint, endsAt, lastUsedAt } = agentKey;
  return (
    <div className="flex min-w-0 items-start gap-1.5">
      <span dir="ltr" title={text.keyTitle(hint)} className="font-mono text-2xs leading-4.5">
        {text.keyHint(hint)}
      </span>
      <span className="min-w-0 flex-1 text-mute">
        {endsAt !== null && (
          <>
            {text.keyEnds} <RelativeTime at={endsAt} />
            {' · '}
          </>
        )}
        {lastUsedAt === null ? (
          text.keyUnused
        ) : (
          <>
            {text.keyUsed} <RelativeTime at={lastUsedAt} />
          </>
        )}
      </span>
      {endsAt !== null && (
        <Button size="small" variant="danger" aria-label={text.endOldOf(hint)} onClick={onEnd} className="-my-1">
          {text.endOld}
        </Button>
      )}
    </div>
  );
}

function Denials({ agentId, count }: { readonly agentId: string; readonly count: number | undefined }) {
  if (count === undefined) return <span className="text-mute">{text.uncounted}</span>;
  if (count === 0) return text.noDenials;
  return (
    <Link
      to="/audit"
      search={activityOf.denials(agentId, '7d')}
      className="rounded-sm text-red underline-offset-2 hover:underline"
    >
      {text.denialCount(count)}
    </Link>
  );
}
