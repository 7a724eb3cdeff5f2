// A new key, shown once, with what becomes of the one before.

import type { AgentKeySummary } from '@keytrail/shared/agent';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';

const text = strings.agents.keyDialog;

interface NewKeyProps {
  readonly secretKey: string;
  /** All that work, the new one among them. */
  readonly keys: readonly AgentKeySummary[];
}

/** Belongs into a dialog that closes only by its buttons: a slip would cost the key. */
export function NewKey({ secretKey, keys }: NewKeyProps) {
  return (
    <>
      <Notice tone="warn">{text.once}</Notice>
      <div className="flex flex-col items-start gap-2">
        <code dir="ltr" className="w-full rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all select-all">
          {secretKey}
        </code>
        <CopyButton text={secretKey} size="medium">
          {text.copy}
        </CopyButton>
      </div>
      <OldKey keys={keys} />
    </>
  );
}

function OldKey({ keys }: Pick<NewKeyProps, 'keys'>) {
  const old = keys.find(({ endsAt }) => endsAt !== null);
  if (old === undefined || old.endsAt === null) return null;
  return <p className="text-mute">{text.oldUntil(old.hint, toFullTime(old.endsAt))}</p>;
}
