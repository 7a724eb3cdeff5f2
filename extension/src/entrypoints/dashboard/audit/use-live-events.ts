// Events as they are recorded, while the page is open.

import type { AuditEvent } from '@keytrail/shared/event';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { toFailure } from '../../../lib/api.ts';
import type { Failure } from '../../../lib/failure.ts';
import { sendMessage } from '../../../lib/messages.ts';
import { api } from '../../../lib/query.ts';

/** More than this would be older than what a reader looks at; reloading brings the rest. */
const keptMax = 1000;
const retryDelayMs = 3000;

export interface LiveEvents {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  readonly status: 'connecting' | 'live' | 'away';
  readonly failure: Failure | undefined;
}

/**
 * A page that nobody sees listens to nothing: a browser opens some six connections to a server that does not speak HTTP/2, and
 * as many open pages would leave none for anything else. It goes on where it was once it is seen.
 *
 * Subscribes behind the event with the highest known number, so that nothing falls between a list and the stream.
 * @param after the sequence number to start behind, -1 for now; undefined while that is not known, which waits.
 */
export function useLiveEvents(after: number | undefined): LiveEvents {
  const [events, setEvents] = useState<readonly AuditEvent[]>([]);
  const [status, setStatus] = useState<LiveEvents['status']>('connecting');
  const [failure, setFailure] = useState<Failure>();
  const [attempt, setAttempt] = useState(0);
  /** The last event that came, and the starting point that it came behind. */
  const reached = useRef<{ readonly after: number; readonly seq: number }>(undefined);
  const isSeen = useIsSeen();

  useEffect(() => {
    // Behind nothing there is no place to go on from.
    const mayPause = after !== undefined && (after >= 0 || reached.current?.after === after);
    if (after === undefined || (!isSeen && mayPause)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lose = (error: unknown) => {
      const reason = toFailure(error);
      setStatus('away');
      setFailure(reason);
      // A stream says within itself that the session has ended; an ordinary call gets the 401 that ends it here too.
      if (reason.kind === 'signed_out') api.account.me.query().catch(() => undefined);
      timer ??= setTimeout(() => setAttempt(attempt + 1), retryDelayMs);
    };
    // A stream that was lost goes on behind what it brought; all since the page was opened may be very much.
    const from = reached.current?.after === after ? reached.current.seq : after;
    const subscription = api.audit.live.subscribe(
      { lastEventId: from < 0 ? null : String(from) },
      {
        onData: ({ data }) => {
          reached.current = { after, seq: data.seq };
          setEvents((known) => addNewest(known, data));
        },
        onConnectionStateChange: ({ state, error }) => {
          if (state === 'pending') {
            setStatus('live');
            setFailure(undefined);
            // The server is there: the cache, and what it says of the server, need not wait for their next turn.
            sendMessage('sync', {}).catch(() => undefined);
          } else if (error) {
            setStatus('away');
            setFailure(toFailure(error));
          }
        },
        onError: lose,
      },
    );
    return () => {
      clearTimeout(timer);
      subscription.unsubscribe();
    };
  }, [after, attempt, isSeen]);

  return { events, status, failure };
}

function useIsSeen(): boolean {
  return useSyncExternalStore(followVisibility, () => document.visibilityState === 'visible');
}

function followVisibility(onChange: () => void): () => void {
  document.addEventListener('visibilitychange', onChange);
  return () => document.removeEventListener('visibilitychange', onChange);
}

/** A reconnected stream may begin with what is already there. */
function addNewest(known: readonly AuditEvent[], event: AuditEvent): readonly AuditEvent[] {
  if (known.some(({ id }) => id === event.id)) return known;
  return [event, ...known].slice(0, keptMax);
}
