// Where the focus goes when a dialog opens, and where it goes back to.

import { useRef } from 'react';

/**
 * Handlers for a dialog's content. Dialogs here are opened by state rather than by a trigger of their own, so nobody
 * else knows what had the focus before.
 * @param place puts the focus when the dialog opens; without it the primitive's own choice stands.
 * @param returnTo finds what takes the focus afterwards, instead of what had it before.
 */
export function useDialogFocus(place?: (event: Event) => void, returnTo?: () => HTMLElement | null) {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus(event: Event) {
      before.current = document.activeElement;
      place?.(event);
    },
    onCloseAutoFocus(event: Event) {
      event.preventDefault();
      const target = returnTo?.() ?? before.current;
      if (target instanceof HTMLElement && target.isConnected && target !== document.body) target.focus();
      // What was pressed is gone, such as a deleted row: reading goes on in the page, unless a dialog that closed with
      // this one has given the focus back.
      else if (document.activeElement === document.body) document.getElementById('content')?.focus();
    },
  };
}

/** Into the first control of a form, or else on the dialog itself: never on the cross, whose tooltip would open. */
export function focusFirstControl(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  const control = event.currentTarget.querySelector<HTMLElement>('form :is(input, select, textarea):not(:disabled)');
  (control ?? event.currentTarget).focus();
}
