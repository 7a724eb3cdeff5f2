// Where menus are drawn: inside the page's main landmark, where screen readers look for content.

import { useLayoutEffect, useState } from 'react';

/**
 * The main landmark, or undefined for a page that has none, which means the body. Looked for once, when the page stands:
 * a menu that is open would close if its place changed.
 */
export function useLandmark(): HTMLElement | undefined {
  const [landmark, setLandmark] = useState(find);
  // What is drawn together with its page comes before the landmark it lies in.
  useLayoutEffect(() => setLandmark(find), []);
  return landmark;
}

function find(): HTMLElement | undefined {
  return document.querySelector('main') ?? undefined;
}
