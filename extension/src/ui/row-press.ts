// A press anywhere on a row opens it.

/** The classes of a row whose focusable element carries `data-row`: the ring goes around the whole row. */
export const rowFocusClasses =
  'has-[[data-row]:focus-visible]:outline-2 has-[[data-row]:focus-visible]:-outline-offset-2 has-[[data-row]:focus-visible]:outline-accent';

/** A click handler for the row; the row's button bubbles into it. A drag that selects text is not a press. */
export function toRowPress(open: (() => void) | undefined): (() => void) | undefined {
  if (open === undefined) return undefined;
  return () => {
    if (getSelection()?.isCollapsed ?? true) open();
  };
}
