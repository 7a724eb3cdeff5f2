// Puts the popup into its document.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { holdUntilPaint } from '../../lib/first-paint.ts';
import { followTheme } from '../../ui/theme.ts';
import { Popup } from './popup.tsx';
import type { Start } from './start.ts';

/** Call it once. */
export function renderPopup(start: Start): void {
  followTheme();
  holdUntilPaint();
  const root = document.getElementById('root');
  if (root === null) throw new Error('popup.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <Popup start={start} />
    </StrictMode>,
  );
}
