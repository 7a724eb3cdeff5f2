// The popup's foot: how current the list is, and what to do when it is not.

import { CircleAlert, CircleCheck, CloudOff, LogIn, type LucideIcon, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { CacheState } from '../../lib/cache-schema.ts';
import { openDashboard } from '../../lib/dashboard-link.ts';
import { sendMessage } from '../../lib/messages.ts';
import type { SessionView } from '../../lib/use-session.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toFullTime, toRelativeTime } from '../../ui/time.ts';
import { useTicking } from '../../ui/use-ticking.ts';
import type { LiveCache } from './live-cache.ts';
import { popupStrings } from './strings.ts';
import { useLive } from './use-live.ts';

const { status } = popupStrings;
const askState = (cache: LiveCache) => cache.readCacheState();
const askCount = (cache: LiveCache) => cache.countCachedEvents();

/** One line, and above it what must not be missed. */
export function StatusLine({ view, initial }: { readonly view: SessionView; readonly initial: CacheState }) {
  const state = useLive(askState) ?? initial;
  const notice = view.status === 'signed_out' ? view.notice : state.notice;
  return (
    <footer className="shrink-0 border-t border-line bg-panel">
      {notice !== null && (
        <Notice tone="warn" className="m-2" action={view.status === 'signed_in' && <Dismiss />}>
          {notice}
        </Notice>
      )}
      <div className="flex min-h-10 items-center gap-2 px-3.5 py-1.5 text-xs text-mute">
        <Line view={view} state={state} />
      </div>
    </footer>
  );
}

function Line({ view, state }: { readonly view: SessionView; readonly state: CacheState }) {
  const error = state.lastError;
  if (view.status !== 'signed_in') return <SignedOut />;
  if (error?.kind === 'offline') return <Offline state={state} />;
  if (error !== null) {
    return (
      <>
        <Words icon={CircleAlert} tone="text-red">
          {error.sentence}
        </Words>
        <Retry />
      </>
    );
  }
  return <Synced state={state} />;
}

function Synced({ state: { lastSyncAt } }: { readonly state: CacheState }) {
  const ago = useTicking((nowMs) => (lastSyncAt === null ? '' : toRelativeTime(lastSyncAt, nowMs)));
  if (lastSyncAt === null) return <Words icon={RefreshCw}>{status.syncing}</Words>;
  return (
    <Words icon={CircleCheck} tone="text-green" title={toFullTime(lastSyncAt)}>
      {status.synced(ago)}
    </Words>
  );
}

function Offline({ state }: { readonly state: CacheState }) {
  const count = useLive(askCount) ?? null;
  return (
    <>
      <Words icon={CloudOff} tone="text-amber" title={state.lastError?.sentence}>
        {count === null ? '' : status.offline(count)}
      </Words>
      <Retry />
    </>
  );
}

function SignedOut() {
  return (
    <>
      <Words icon={LogIn} tone="text-amber">
        {status.signedOut}
      </Words>
      <Button
        variant="primary"
        size="small"
        className="ms-auto"
        onClick={() => void openDashboard('/welcome').then(() => window.close())}
      >
        {status.signIn}
      </Button>
    </>
  );
}

function Retry() {
  const [isPending, setIsPending] = useState(false);
  const retry = async () => {
    setIsPending(true);
    await sendMessage('sync', {}).catch(() => undefined);
    setIsPending(false);
  };
  return (
    <Button variant="ghost" size="small" className="ms-auto -me-2" pending={isPending} onClick={() => void retry()}>
      {status.retry}
    </Button>
  );
}

function Dismiss() {
  return (
    <Button variant="ghost" size="small" onClick={() => void dismiss()}>
      {popupStrings.dismiss}
    </Button>
  );
}

async function dismiss(): Promise<void> {
  const { liveCache } = await import('./live-cache.ts');
  await liveCache.patchCacheState({ notice: null });
}

interface WordsProps {
  readonly icon: LucideIcon;
  readonly children: string;
  readonly tone?: string | undefined;
  readonly title?: string | undefined;
}

function Words({ icon: Icon, children, tone = '', title }: WordsProps) {
  return (
    <span role="status" title={title} className="flex min-w-0 items-center gap-1.5">
      <Icon aria-hidden className={`size-3.5 shrink-0 ${tone}`} />
      <span className="min-w-0 text-pretty">{children}</span>
    </span>
  );
}
