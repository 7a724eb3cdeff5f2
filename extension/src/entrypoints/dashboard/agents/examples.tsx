// Programs that use an agent's key, to copy.

import { useSession } from '../../../lib/use-session.ts';
import { CodeChoice } from '../code-choice.tsx';
import { strings } from '../strings.ts';
import { exampleKinds, exampleLabels, toExample } from './key-examples.ts';

interface ExamplesProps {
  /** The service that the example asks for. */
  readonly service: string;
  readonly label: string;
}

/** One at a time, in the language that the reader chooses. */
export function Examples({ service, label }: ExamplesProps) {
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  const { serverAddress } = view.session;
  return (
    <CodeChoice
      label={label}
      kinds={exampleKinds}
      labels={exampleLabels}
      copy={strings.agents.keyDialog.copyExample}
      toText={(kind) => toExample(kind, serverAddress, service)}
    />
  );
}
