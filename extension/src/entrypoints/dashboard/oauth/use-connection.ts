// A connection under way: waits for the owner's consent, in a tab or by a code, and ends it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { useEffect, useRef, useState } from 'react';
import { toFailure } from '../../../lib/api.ts';
import type { Failure } from '../../../lib/failure.ts';
import { api } from '../../../lib/query.ts';
import type { ConnectOutcome } from './connect-draft.ts';
import { awaitConsent } from './consent-tab.ts';

type StartedDevice = Awaited<ReturnType<typeof api.oauth.connectDevice.mutate>>;

export type ConnectionState =
  | { readonly kind: 'idle'; readonly failure?: Failure | undefined }
  | { readonly kind: 'starting' }
  | { readonly kind: 'consent' }
  | { readonly kind: 'device'; readonly device: StartedDevice };

/** One at a time; what was started is given up when the component goes. */
export function useConnection(redirectUri: string, onConnected: (credential: CredentialSummary) => void) {
  const [state, setState] = useState<ConnectionState>({ kind: 'idle' });
  const giveUp = useRef<AbortController>(undefined);
  useEffect(() => () => giveUp.current?.abort(), []);

  async function run(work: (signal: AbortSignal) => Promise<CredentialSummary | null>) {
    giveUp.current?.abort();
    const controller = new AbortController();
    giveUp.current = controller;
    setState({ kind: 'starting' });
    try {
      const credential = await work(controller.signal);
      if (controller.signal.aborted) return;
      setState({ kind: 'idle' });
      if (credential !== null) onConnected(credential);
    } catch (error) {
      if (!controller.signal.aborted) setState({ kind: 'idle', failure: toFailure(error) });
    }
  }

  const consent = async (started: { authorizationUrl: string; pending: string }, signal: AbortSignal) => {
    if (signal.aborted) return null;
    setState({ kind: 'consent' });
    const callbackUrl = await awaitConsent(started.authorizationUrl, redirectUri, signal);
    if (callbackUrl === null || signal.aborted) return null;
    setState({ kind: 'starting' });
    return api.oauth.finish.mutate({ pending: started.pending, callbackUrl });
  };

  return {
    state,
    connect: (outcome: Extract<ConnectOutcome, { ok: true }>) =>
      run(async (signal) => {
        if (outcome.way === 'browser')
          return consent(await api.oauth.connect.mutate(outcome.value, { signal }), signal);
        const device = await api.oauth.connectDevice.mutate(outcome.value, { signal });
        if (signal.aborted) return null;
        setState({ kind: 'device', device });
        return awaitDevice(device, signal);
      }),
    reconnect: (id: string) =>
      run(async (signal) => consent(await api.oauth.reconnect.mutate({ id, redirectUri }, { signal }), signal)),
    stop: () => {
      giveUp.current?.abort();
      setState({ kind: 'idle' });
    },
  };
}

/** Looks again as often as the provider wants it; slower once it says so (RFC 8628 §3.5). */
async function awaitDevice(
  { pending, intervalS }: StartedDevice,
  signal: AbortSignal,
): Promise<CredentialSummary | null> {
  let pauseMs = intervalS * 1000;
  for (;;) {
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
      signal.addEventListener('abort', resolve, { once: true });
    });
    if (signal.aborted) return null;
    const outcome = await api.oauth.pollDevice.mutate({ pending });
    if (outcome.outcome === 'connected') return outcome.credential;
    if (outcome.slowDown) pauseMs += 5000;
  }
}
