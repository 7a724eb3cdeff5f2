// One key of an agent or a proxy: until when, when it was last used, and the way to end an old one.

import type { AgentKeySummary } from '@keytrail/shared/agent';
import { Button } from '../../../ui/button.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { isWorking } from './is-working.ts';

const text = strings.agents;

interface KeyLineProps {
  readonly agentKey: AgentKeySummary & { readonly clientName?: string | null };
  readonly onEnd: () => void;
}

/** A key that was replaced goes when its end comes, also while the page just stands there. */
export function KeyLine({ agentKey, onEnd }: KeyLineProps) {
  const working = useTicking((nowMs) => isWorking(agentKey, nowMs));
  if (!working) return null;
  const { hint, endsAt, lastUsedAt, clientName } = agentKey;
  return (
    <div className="flex min-w-0 items-start gap-1.5">
      <span dir="ltr" title={text.keyTitle(hint)} className="font-mono text-2xs leading-4.5">
        {text.keyHint(hint)}
      </span>
      <span className="user-text min-w-0 flex-1 text-mute">
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
        {clientName != null && (
          <>
            {' · '}
            <span dir="auto">{clientName}</span>
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
