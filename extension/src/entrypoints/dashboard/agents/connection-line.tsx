// One client that acts as the agent because its owner let it in: who, when it was last used, and the way to end it.

import type { ConnectionSummary } from '@keytrail/shared/agent';
import { Button } from '../../../ui/button.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { isWorking } from './is-working.ts';

const text = strings.agents;

interface ConnectionLineProps {
  readonly connection: ConnectionSummary;
  readonly onEnd: () => void;
}

/** One that nobody refreshed goes when its end comes. */
export function ConnectionLine({ connection, onEnd }: ConnectionLineProps) {
  const working = useTicking((nowMs) => isWorking(connection, nowMs));
  if (!working) return null;
  const { clientName, returnsTo, lastUsedAt } = connection;
  return (
    <div className="flex min-w-0 items-start gap-1.5">
      <span className="min-w-0 flex-1">
        <span dir="auto" title={text.connectionTitle(clientName, returnsTo)} className="user-text">
          {clientName}
        </span>
        <span className="text-mute">
          {' · '}
          {lastUsedAt === null ? (
            text.keyUnused
          ) : (
            <>
              {text.keyUsed} <RelativeTime at={lastUsedAt} />
            </>
          )}
        </span>
      </span>
      <Button
        size="small"
        variant="danger"
        aria-label={text.disconnectOf(clientName)}
        onClick={onEnd}
        className="-my-1"
      >
        {text.disconnect}
      </Button>
    </div>
  );
}
