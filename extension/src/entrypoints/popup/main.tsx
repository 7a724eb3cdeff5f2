// The popup's start: everything the first paint needs is read from this browser, nothing from the network. The reading
// comes first, so that it is under way while the code that shows it is made ready.

import { reading } from './reading.ts';
import { prepareRendering } from './render.tsx';

const render = prepareRendering();
await render(await reading);
