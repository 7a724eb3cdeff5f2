// Whether a key belongs to what it was pressed in, and not to the card around it.

import type { KeyboardEvent } from 'react';

/** Letters belong to the field they are typed into, and to the browser with a modifier. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  return event.ctrlKey || event.metaKey || event.altKey || event.repeat || isField;
}
