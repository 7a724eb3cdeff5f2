// Where the focus goes when the details of an event are closed.

/** The row of the log that has the keyboard: it follows the event whose details are open. */
export function findRowButton(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-row][tabindex="0"]');
}
