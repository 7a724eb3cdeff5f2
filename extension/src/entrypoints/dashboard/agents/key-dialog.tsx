// Shows a new key, once, with a program that uses it.

import type { AgentSummary } from '@keytrail/shared/agent';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';
import { Examples } from './examples.tsx';

const text = strings.agents.keyDialog;

interface KeyDialogProps {
  readonly agent: AgentSummary;
  readonly secretKey: string;
  /** A service to name in the example. */
  readonly service: string | undefined;
  readonly onClose: () => void;
  /** Goes on to granting; absent where the agent has grants. */
  readonly onGrant: (() => void) | undefined;
}

/** Closes only by its buttons: a slip would cost the key. */
export function KeyDialog({ agent, secretKey, service, onClose, onGrant }: KeyDialogProps) {
  return (
    <Dialog open wide sticky="always" onClose={onClose} title={text.title(agent.name)}>
      <DialogBody>
        <Notice tone="warn">{text.once}</Notice>
        <div className="flex flex-col items-start gap-2">
          <code dir="ltr" className="w-full rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all select-all">
            {secretKey}
          </code>
          <CopyButton text={secretKey} size="medium">
            {text.copy}
          </CopyButton>
        </div>
        <OldKey agent={agent} />
        <Examples service={service ?? 'github'} label={text.example} />
      </DialogBody>
      <DialogFoot>
        {onGrant !== undefined && <Button onClick={onGrant}>{text.next}</Button>}
        <Button variant="primary" onClick={onClose}>
          {text.done}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

/** After a rotation: what became of the key before. */
function OldKey({ agent }: { readonly agent: AgentSummary }) {
  const old = agent.keys.find(({ endsAt }) => endsAt !== null);
  if (old === undefined || old.endsAt === null) return null;
  return <p className="text-mute">{text.oldUntil(old.hint, toFullTime(old.endsAt))}</p>;
}
