// How an agent stands: its keys, the clients that act as it, what it may use, what it was refused, when it last acted.

import type { AgentSummary, ConnectionSummary } from '@keytrail/shared/agent';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { ConnectionLine } from './connection-line.tsx';
import { KeyLine } from './key-line.tsx';

const text = strings.agents;

interface AgentFactsProps {
  readonly agent: AgentSummary;
  readonly denials: number | undefined;
  readonly onEndOldKeys: () => void;
  readonly onDisconnect: (connection: ConnectionSummary) => void;
}

/** The middle of a card. */
export function AgentFacts({ agent, denials, onEndOldKeys, onDisconnect }: AgentFactsProps) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 px-3.5 py-3 text-xs [&_dt]:text-mute">
      <dt>{text.keys}</dt>
      <dd className="flex flex-col gap-1">
        {agent.keys.map((key) => (
          <KeyLine key={key.id} agentKey={key} onEnd={onEndOldKeys} />
        ))}
        {agent.keys.length === 0 && <span className="text-mute">{text.noKey}</span>}
      </dd>
      {agent.connections.length > 0 && (
        <>
          <dt>{text.connections}</dt>
          <dd className="flex flex-col gap-2.5 pb-1">
            {agent.connections.map((connection) => (
              <ConnectionLine key={connection.id} connection={connection} onEnd={() => onDisconnect(connection)} />
            ))}
          </dd>
        </>
      )}
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
