// The web page under the popup, as it is now and whenever the tab goes elsewhere, by itself as well.

import { toOrigin } from '@keytrail/shared/site';
import { useEffect, useState } from 'react';
import { browser } from 'wxt/browser';

/** The origin of the active tab; null over a browser page. */
export async function readTabOrigin(): Promise<string | null> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  return tab?.url === undefined ? null : toOrigin(tab.url);
}

/** The same, followed while the popup is open. */
export function useTabOrigin(initial: string | null): string | null {
  const [origin, setOrigin] = useState(initial);
  useEffect(() => {
    const read = () => void readTabOrigin().then(setOrigin);
    browser.tabs.onUpdated.addListener(read);
    browser.tabs.onActivated.addListener(read);
    // It may have gone elsewhere while the popup was made ready.
    read();
    return () => {
      browser.tabs.onUpdated.removeListener(read);
      browser.tabs.onActivated.removeListener(read);
    };
  }, []);
  return origin;
}
