// Where menus are drawn: inside the page's main landmark, where screen readers look for content.

/** The main landmark, or undefined for a page that has none, which means the body. */
export function findLandmark(): HTMLElement | undefined {
  return document.querySelector('main') ?? undefined;
}
