// What ending an old key means, for who is asked whether to.

import type { AgentKeySummary } from '@keytrail/shared/agent';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { strings } from '../strings.ts';

const text = strings.agents;

interface OldKeyEndProps {
  /** Whose key it is. */
  readonly name: string;
  readonly old: AgentKeySummary | undefined;
}

/** Says when the key was last used: the best sign of whether somebody still needs it. */
export function OldKeyEnd({ name, old }: OldKeyEndProps) {
  return (
    <>
      <p>{text.endOldBody(name)}</p>
      <p className="mt-2 text-ink">
        {old?.lastUsedAt == null ? (
          text.endOldUnused
        ) : (
          <>
            {text.endOldUsed} <RelativeTime at={old.lastUsedAt} />.
          </>
        )}
      </p>
    </>
  );
}
