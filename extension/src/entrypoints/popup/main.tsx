// The popup's start: everything the first paint needs is read from this browser, nothing from the network.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../../ui/theme.ts';
import { Popup } from './popup.tsx';
import { readStart } from './start.ts';

followTheme();
const start = await readStart();
const root = document.getElementById('root');
if (root === null) throw new Error('popup.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Popup start={start} />
  </StrictMode>,
);
