// Programs that use an agent's key, to copy.

import { useState } from 'react';
import { useSession } from '../../../lib/use-session.ts';
import { Choice } from '../../../ui/choice.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { strings } from '../strings.ts';
import { type ExampleKind, exampleKinds, exampleLabels, toExample } from './key-examples.ts';

interface ExamplesProps {
  /** The service that the example asks for. */
  readonly service: string;
  readonly label: string;
}

/** One at a time, in the language that the reader chooses. */
export function Examples({ service, label }: ExamplesProps) {
  const [kind, setKind] = useState<ExampleKind>('curl');
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  const example = toExample(kind, view.session.serverAddress, service);
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Choice
          label={label}
          value={kind}
          options={exampleKinds.map((value) => ({ value, label: exampleLabels[value] }))}
          onChange={setKind}
        />
        <CopyButton text={example}>{strings.agents.keyDialog.copyExample}</CopyButton>
      </div>
      <section
        aria-label={exampleLabels[kind]}
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
