// Where secrets are kept: at Keytrail or on the owner's webhook, how the one is bound, and the way from here to there.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, trpc } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { AskedButton } from './asked-button.tsx';
import { BindForm } from './bind-form.tsx';
import { TokenMediation } from './token-mediation.tsx';
import { VaultMove } from './vault-move.tsx';
import { WebhookFacts } from './webhook-facts.tsx';
import type { WebhookState } from './webhook-state.ts';

const text = strings.webhookSettings;

/** Asked again every second while something moves, and now and then besides: a webhook may go away. */
export function WebhookSettings({ serverAddress }: { readonly serverAddress: string }) {
  const client = useQueryClient();
  const query = useQuery({
    ...trpc.webhook.state.queryOptions(),
    refetchInterval: ({ state: { data } }) => (data?.move == null ? 15_000 : 1_000),
  });
  const set = (state: WebhookState) => client.setQueryData(trpc.webhook.state.queryKey(), state);
  return (
    <QueryState query={query}>
      {(state) =>
        state.bound === null ? (
          <BindForm state={state} serverAddress={serverAddress} onBound={set} />
        ) : (
          <Bound state={state} bound={state.bound} serverAddress={serverAddress} onChange={set} />
        )
      }
    </QueryState>
  );
}

interface BoundProps {
  readonly state: WebhookState;
  readonly bound: NonNullable<WebhookState['bound']>;
  readonly serverAddress: string;
  readonly onChange: (state: WebhookState) => void;
}

function Bound({ state, bound, serverAddress, onChange }: BoundProps) {
  const [rebinding, setRebinding] = useState(false);
  const mayUnbind = state.mode === 'platform' && state.held === 0 && state.move === null;
  return (
    <>
      <WebhookFacts state={state} bound={bound} onChange={onChange} />
      <TokenMediation bound={bound} onChange={onChange} />
      <VaultMove state={state} onChange={onChange} />
      <div className="flex flex-wrap gap-2 border-t border-hairline pt-3">
        {!rebinding && <Button onClick={() => setRebinding(true)}>{text.rebind}</Button>}
        {mayUnbind && (
          <AskedButton
            label={text.unbind}
            asked={text.confirmUnbind}
            variant="danger"
            perform={async () => onChange(await api.webhook.unbind.mutate())}
          />
        )}
      </div>
      {rebinding && (
        <BindForm
          state={state}
          serverAddress={serverAddress}
          onBound={(next) => {
            setRebinding(false);
            onChange(next);
          }}
          onCancel={() => setRebinding(false)}
        />
      )}
    </>
  );
}
