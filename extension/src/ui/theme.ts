// Light, dark or as the system says: kept per browser, shared by popup and dashboard.

import { useSyncExternalStore } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storageKey = 'keytrail-theme';
const listeners = new Set<() => void>();

/** The choice made in Settings; `system` unless one was made. */
export function getTheme(): Theme {
  // localStorage and not the extension's storage: it answers before the first paint, so nothing flashes.
  const stored = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === stored) ?? 'system';
}

function applyTheme() {
  const theme = getTheme();
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

/** Applies the theme now and whenever another page of the extension changes it. Call once, before the first render. */
export function followTheme(): void {
  applyTheme();
  addEventListener('storage', (event) => {
    if (event.key === storageKey) applyTheme();
  });
}

/** Keeps a choice and applies it on this page; other pages follow. */
export function setTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  applyTheme();
}

/** The current choice, for the control that shows it. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, getTheme);
}
