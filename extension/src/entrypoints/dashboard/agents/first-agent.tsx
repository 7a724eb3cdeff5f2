// What the agents page shows before there is an agent: the way to the first one, and the program it is for.

import { Bot } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { strings } from '../strings.ts';
import { useCredentials } from '../use-vault-data.ts';
import { Examples } from './examples.tsx';

const text = strings.agents;

/** Names a service that is stored, so that the program works as it stands. */
export function FirstAgent({ onAdd }: { readonly onAdd: () => void }) {
  const service = useCredentials().data?.[0]?.service ?? 'github';
  return (
    <section
      aria-labelledby="first-agent"
      className="grid rounded-lg border border-line bg-panel lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"
    >
      <div className="flex flex-col items-start gap-4 p-5">
        <span aria-hidden className="grid size-9 place-items-center rounded-lg bg-blue-soft text-blue">
          <Bot className="size-4.5" />
        </span>
        <div>
          <h2 id="first-agent" className="text-lg font-semibold tracking-tight">
            {text.firstTitle}
          </h2>
          <p className="max-w-prose text-pretty text-mute">{text.emptyBody}</p>
        </div>
        <ol className="flex flex-col gap-2.5">
          {text.firstSteps.map(({ title, body }, index) => (
            <li key={title} className="flex gap-2.5">
              <span
                aria-hidden
                className="grid size-5 shrink-0 place-items-center rounded-full bg-sunken text-2xs font-medium text-mute"
              >
                {index + 1}
              </span>
              <span>
                <span className="block font-medium">{title}</span>
                <span className="block text-xs text-pretty text-mute">{body}</span>
              </span>
            </li>
          ))}
        </ol>
        <Button variant="primary" onClick={onAdd}>
          {text.addFirst}
        </Button>
      </div>
      <div className="min-w-0 border-t border-hairline p-5 lg:border-s lg:border-t-0">
        <Examples service={service} label={text.examples} />
      </div>
    </section>
  );
}
