// Where menus inside a dialog are drawn: in the dialog, since everything else is hidden from screen readers meanwhile.

import { createContext } from 'react';

/** The element of the dialog around; null outside of dialogs. */
export const OverlayPlace = createContext<HTMLElement | null>(null);
