// Puts the popup into its document.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { holdUntilPaint } from '../../lib/first-paint.ts';
import { followTheme } from '../../ui/theme.ts';
import { Popup } from './popup.tsx';
import type { Start } from './start.ts';

/** Does what needs nothing that is still being read. Call it once, and what it returns once. */
export function prepareRendering(): (start: Start) => void {
  followTheme();
  holdUntilPaint();
  const element = document.getElementById('root');
  if (element === null) throw new Error('popup.html has no #root');
  const root = createRoot(element);
  return (start) =>
    root.render(
      <StrictMode>
        <Popup start={start} />
      </StrictMode>,
    );
}
