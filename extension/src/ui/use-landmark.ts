// Where menus are drawn: inside the page's main landmark, where screen readers look for content, or in the dialog around.

import { useContext, useLayoutEffect, useState } from 'react';
import { OverlayPlace } from './overlay-place.ts';

/**
 * The main landmark, or undefined for a page that has none, which means the body. Looked for once, when the page stands:
 * a menu that is open would close if its place changed.
 */
export function useLandmark(): HTMLElement | undefined {
  const dialog = useContext(OverlayPlace);
  const [landmark, setLandmark] = useState(find);
  // What is drawn together with its page comes before the landmark it lies in.
  useLayoutEffect(() => setLandmark(find), []);
  return dialog ?? landmark;
}

function find(): HTMLElement | undefined {
  return document.querySelector('main') ?? undefined;
}
