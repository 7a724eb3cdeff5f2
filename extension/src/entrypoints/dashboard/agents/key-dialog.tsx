// Shows a new key, once, with a program that uses it.

import type { AgentSummary } from '@keytrail/shared/agent';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { strings } from '../strings.ts';
import { Examples } from './examples.tsx';
import { NewKey } from './new-key.tsx';

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
        <NewKey secretKey={secretKey} keys={agent.keys} />
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
