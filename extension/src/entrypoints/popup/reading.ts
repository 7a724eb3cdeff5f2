// Begins to read as soon as this module runs, which is before the modules that are imported after it.

import { readStart } from './start.ts';

export const reading = readStart();
