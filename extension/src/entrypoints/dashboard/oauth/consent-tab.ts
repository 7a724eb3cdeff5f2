// The owner's consent in a tab of its own. The address that the provider sends the tab back to is read here and nowhere else:
// the page there knows nothing, and whoever has not started this connection cannot end it.

import { browser } from 'wxt/browser';

/** Opens the provider's page; resolves with the address that it came back to, or null when the tab was closed or given up. */
export async function awaitConsent(
  authorizationUrl: string,
  redirectUri: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return null;
  const { id: tabId } = await browser.tabs.create({ url: authorizationUrl });
  if (tabId === undefined) return null;
  if (signal.aborted) {
    await closeTab(tabId);
    return null;
  }
  return new Promise((resolve) => {
    const onUpdated = (updatedId: number, change: { url?: string | undefined }) => {
      if (updatedId === tabId && isCallback(change.url, redirectUri)) settle(change.url ?? null);
    };
    const onRemoved = (removedId: number) => {
      if (removedId === tabId) settle(null);
    };
    const onAbort = () => settle(null);
    const settle = (url: string | null) => {
      browser.tabs.onUpdated.removeListener(onUpdated);
      browser.tabs.onRemoved.removeListener(onRemoved);
      signal.removeEventListener('abort', onAbort);
      void closeTab(tabId);
      resolve(url);
    };
    browser.tabs.onUpdated.addListener(onUpdated);
    browser.tabs.onRemoved.addListener(onRemoved);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function closeTab(tabId: number): Promise<void> {
  // It may be gone already, by the owner's own hand.
  await browser.tabs.remove(tabId).catch(() => undefined);
}

function isCallback(url: string | undefined, redirectUri: string): boolean {
  if (url === undefined || !URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return origin + pathname === redirectUri;
}
