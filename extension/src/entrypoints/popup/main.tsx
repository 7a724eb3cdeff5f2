// The popup's start: everything the first paint needs is read from this browser, nothing from the network. The reading
// is under way while the code that shows it loads.

import { readStart } from './start.ts';

const reading = readStart();
const { renderPopup } = await import('./render.tsx');
renderPopup(await reading);
