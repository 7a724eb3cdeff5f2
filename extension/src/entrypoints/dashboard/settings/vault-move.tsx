// The way of a vault from here to the webhook and back: asked for, under way, or stuck with why.

import { useId } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { AskedButton } from './asked-button.tsx';
import type { WebhookState } from './webhook-state.ts';

const text = strings.webhookSettings;

interface VaultMoveProps {
  readonly state: WebhookState;
  readonly onChange: (state: WebhookState) => void;
}

/** What is moved stays moved when it stops; it goes on by itself. */
export function VaultMove({ state, onChange }: VaultMoveProps) {
  const other = state.mode === 'webhook' ? 'platform' : 'webhook';
  const switchTo = async () => onChange(await api.webhook.switchMode.mutate({ mode: other }));
  if (state.move !== null) return <Moving state={state} onTurnBack={switchTo} />;
  return (
    <div>
      {other === 'webhook' ? (
        <AskedButton label={text.moveOut} asked={text.confirmOut} perform={switchTo} />
      ) : (
        <AskedButton label={text.moveBack} asked={text.confirmBack} perform={switchTo} />
      )}
    </div>
  );
}

function Moving({ state, onTurnBack }: { readonly state: WebhookState; readonly onTurnBack: () => Promise<void> }) {
  const id = useId();
  const { pending, failure, submit } = useSubmit();
  const all = state.here + state.held;
  // That the webhook is away is said above.
  const error = state.bound?.failingSince == null ? (state.move?.error ?? null) : null;
  const done = state.mode === 'webhook' ? state.held : state.here;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-baseline justify-between gap-3">
        <span id={id} className="text-xs font-medium">
          {text.moving[state.mode]}
        </span>
        <span className="text-xs text-mute tabular-nums">
          {text.moved(done.toLocaleString(), all.toLocaleString())}
        </span>
      </div>
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={done}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className="h-full rounded-full bg-accent transition-[width]"
          style={{ width: `${all === 0 ? 100 : Math.round((100 * done) / all)}%` }}
        />
      </div>
      {error !== null && <Notice tone="warn">{error}</Notice>}
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
      <Button size="small" className="self-start" pending={pending} onClick={() => submit(onTurnBack)}>
        {text.turnBack}
      </Button>
    </div>
  );
}
