// Keys that work anywhere in the popup: "/" goes to the filters, Down goes to the list.

import { useEffect } from 'react';

const targets: Readonly<Record<string, string>> = {
  '/': '[data-filters] button',
  ArrowDown: '[data-row]',
};

/** Listens while the popup is open. Keys that something else has used are left alone. */
export function usePopupKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const selector = targets[event.key];
      if (selector === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      // A slash in a password and the arrows of a number belong to their field.
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      // Down belongs to the menus and to the list once they have the focus.
      if (event.key === 'ArrowDown' && document.querySelector('[role=menu]') !== null) return;
      event.preventDefault();
      document.querySelector<HTMLElement>(selector)?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
