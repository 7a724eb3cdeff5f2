// Shows a new key, once, with a program that uses it.

import type { AgentSummary } from '@keytrail/shared/agent';
import { useState } from 'react';
import { useSession } from '../../../lib/use-session.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { type ExampleKind, exampleKinds, exampleLabels, toExample } from './key-examples.ts';

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
        <Example service={service ?? 'github'} />
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

function Example({ service }: { readonly service: string }) {
  const [kind, setKind] = useState<ExampleKind>('curl');
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  const example = toExample(kind, view.session.serverAddress, service);
  return (
    <section className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Choice
          label={text.example}
          value={kind}
          options={exampleKinds.map((value) => ({ value, label: exampleLabels[value] }))}
          onChange={setKind}
        />
        <CopyButton text={example}>{text.copyExample}</CopyButton>
      </div>
      <section
        aria-label={text.example}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, so the keyboard must reach the box.
        tabIndex={0}
        className="max-h-64 overflow-auto rounded-md bg-sunken px-3 py-2.5"
      >
        <pre dir="ltr" className="font-mono text-xs leading-4.5">
          {example}
        </pre>
      </section>
    </section>
  );
}
