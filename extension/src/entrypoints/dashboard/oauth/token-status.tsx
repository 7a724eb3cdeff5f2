// How the refreshing of a credential's token stands, and what its owner can do about it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import type { RefreshSummary } from '@keytrail/shared/oauth';
import { useQuery } from '@tanstack/react-query';
import { Plug, RefreshCw } from 'lucide-react';
import { api, trpc } from '../../../lib/query.ts';
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
  const isHeld = refresh.heldBy === 'webhook';
  const webhook = useQuery({ ...trpc.webhook.state.queryOptions(), enabled: isHeld });
  const way = isHeld ? (webhook.data?.bound?.refresh ?? null) : 'keytrail';
  // What a consent brings comes to Keytrail; new tokens of a webhook are entered by an edit.
  const canConnect =
    !isHeld && 'authorizationUrl' in credential.public && credential.public.authorizationUrl !== undefined;
  // What the last attempt came to stands above already, with what to do.
  const isSaid = refresh.reconnectNeeded !== null || refresh.waitingSince !== null;
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
      {(!isHeld || webhook.data !== undefined) && <Standing refresh={refresh} way={way} />}
      {failure !== undefined && !(isSaid && failure.kind !== 'offline') && (
        <Notice tone="bad">{failure.sentence}</Notice>
      )}
      {connection.state.kind === 'idle' && connection.state.failure !== undefined && (
        <Notice tone="bad">{connection.state.failure.sentence}</Notice>
      )}
      {isWaiting && <Notice tone="info">{strings.oauth.wait.consent}</Notice>}
      <div className="flex flex-wrap gap-2">
        {refresh.possible && way !== null && (
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

interface StandingProps extends Pick<TokenStatusProps, 'refresh'> {
  /** Who renews it; null: nobody. */
  readonly way: 'keytrail' | 'delegated' | 'mediated' | null;
}

function Standing({ refresh, way }: StandingProps) {
  const { possible, refreshedAt, failing, reconnectNeeded, waitingSince } = refresh;
  if (reconnectNeeded !== null) return <Notice tone="bad">{`${reconnectNeeded}.`}</Notice>;
  if (isUnderWay(refresh)) return <Notice tone="info">{text.underWay}</Notice>;
  if (waitingSince !== null) {
    return (
      <Notice tone="info">
        {text.waiting} <RelativeTime at={waitingSince} />
      </Notice>
    );
  }
  if (failing !== null) {
    return (
      <Notice tone="warn">
        {text.failing(failing.because)} <RelativeTime at={failing.since} />
      </Notice>
    );
  }
  if (!possible || way === null) {
    return <p className="text-xs text-mute text-pretty">{possible ? text.nobody : text.impossible}</p>;
  }
  return (
    <p className="text-xs text-mute text-pretty">
      {way === 'keytrail' ? text.automatic : text[way]}
      {refreshedAt !== null && (
        <span className="block">
          {text.last} <RelativeTime at={refreshedAt} />
        </span>
      )}
    </p>
  );
}

/** On some node, which has until then. */
function isUnderWay({ underWayUntil }: RefreshSummary): boolean {
  return underWayUntil !== null && Date.parse(underWayUntil) > Date.now();
}
