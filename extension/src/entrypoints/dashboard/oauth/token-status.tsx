// How the refreshing of a credential's token stands, and what its owner can do about it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import type { RefreshSummary } from '@keytrail/shared/oauth';
import { Plug, RefreshCw } from 'lucide-react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { Section } from '../detail.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { useConnection } from './use-connection.ts';
import { useRedirectUri } from './use-redirect-uri.ts';

const text = strings.oauth.status;

interface TokenStatusProps {
  readonly credential: CredentialSummary;
  readonly refresh: RefreshSummary;
}

export function TokenStatus({ credential, refresh }: TokenStatusProps) {
  const { pending, failure, submit } = useSubmit();
  const lists = useRefresh();
  const toast = useToast();
  const connection = useConnection(useRedirectUri(), () => {
    toast(text.reconnected(credential.label));
    void lists.credentials();
  });
  const canConnect = 'authorizationUrl' in credential.public && credential.public.authorizationUrl !== undefined;
  const isWaiting = connection.state.kind === 'consent';

  async function refreshNow() {
    const done = await submit(async () => {
      await api.credentials.refresh.mutate({ id: credential.id });
    });
    if (done) toast(text.refreshed(credential.label));
    // A failure changes how it stands as well.
    await lists.credentials();
  }

  return (
    <Section title={text.title}>
      <Standing refresh={refresh} />
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
      {connection.state.kind === 'idle' && connection.state.failure !== undefined && (
        <Notice tone="bad">{connection.state.failure.sentence}</Notice>
      )}
      {isWaiting && <Notice tone="info">{strings.oauth.wait.consent}</Notice>}
      <div className="flex flex-wrap gap-2">
        {refresh.possible && (
          <Button size="small" onClick={refreshNow} pending={pending}>
            <RefreshCw aria-hidden />
            {text.refreshNow}
          </Button>
        )}
        {canConnect && !isWaiting && (
          <Button
            size="small"
            variant={refresh.reconnectNeeded === null ? undefined : 'primary'}
            pending={connection.state.kind === 'starting'}
            onClick={() => connection.reconnect(credential.id)}
          >
            <Plug aria-hidden />
            {text.reconnect}
          </Button>
        )}
        {isWaiting && (
          <Button size="small" onClick={connection.stop}>
            {text.stop}
          </Button>
        )}
      </div>
    </Section>
  );
}

function Standing({ refresh: { possible, refreshedAt, failing, reconnectNeeded } }: Pick<TokenStatusProps, 'refresh'>) {
  if (reconnectNeeded !== null) return <Notice tone="bad">{`${reconnectNeeded}.`}</Notice>;
  if (failing !== null) {
    return (
      <Notice tone="warn">
        {text.failing(failing.because)} <RelativeTime at={failing.since} />
      </Notice>
    );
  }
  if (!possible) return <p className="text-xs text-mute text-pretty">{text.impossible}</p>;
  return (
    <p className="text-xs text-mute text-pretty">
      {text.automatic}
      {refreshedAt !== null && (
        <span className="block">
          {text.last} <RelativeTime at={refreshedAt} />
        </span>
      )}
    </p>
  );
}
