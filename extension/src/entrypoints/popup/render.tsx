// Puts the popup into its document.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { holdUntilPaint } from '../../lib/first-paint.ts';
import { countShown } from '../../lib/inbox.ts';
import { followTheme } from '../../ui/theme.ts';
import { Popup } from './popup.tsx';
import type { Start } from './start.ts';

/** Does what needs nothing that is still being read. Call it once, and what it returns once. */
export function prepareRendering(): (start: Start) => Promise<void> {
  followTheme();
  holdUntilPaint();
  const element = document.getElementById('root');
  if (element === null) throw new Error('popup.html has no #root');
  const root = createRoot(element);
  return async (start) => {
    // What waits stands above the rows: it must not push them down once they are there.
    const waiting = hasWaiting(start) ? (await import('./waiting.tsx')).Waiting : null;
    root.render(
      <StrictMode>
        <Popup start={start} waiting={waiting} />
      </StrictMode>,
    );
  };
}

function hasWaiting({ inbox }: Start): boolean {
  return inbox !== null && (inbox.lockedAt !== null || countShown(inbox, Date.now()) > 0);
}
