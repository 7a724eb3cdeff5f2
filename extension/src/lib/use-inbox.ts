// The inbox as React state, alike in every page.

import { useEffect, useState } from 'react';
import { afterFirstPaint } from './first-paint.ts';
import { type KeptInbox, readKeptInbox, watchInbox } from './inbox.ts';

/** Follows what the worker keeps. `initial` spares the first render's wait where the page has read it already. */
export function useInbox(accountId: string, initial: KeptInbox | null = null): KeptInbox | null {
  const [kept, setKept] = useState(initial);
  useEffect(() => afterFirstPaint(() => follow(accountId, setKept)), [accountId]);
  return kept;
}

function follow(accountId: string, onKept: (kept: KeptInbox | null) => void): () => void {
  let changed = false;
  const stop = watchInbox((next) => {
    changed = true;
    onKept(next?.accountId === accountId ? next : null);
  });
  void readKeptInbox(accountId).then((read) => {
    if (!changed) onKept(read);
  });
  return stop;
}
