// Which page is asking? The one origin check that every fill path passes.
// All of it comes from the browser, nothing from the message: a page can make its content script say anything.

import type { Sender } from '../../lib/message-intake.ts';

/** The document a content script runs in. */
export interface SenderPage {
  readonly tabId: number;
  readonly origin: string;
}

/**
 * The page behind a sender, or null where nothing may be offered: frames, opaque origins (sandboxed pages, data:),
 * documents that are not shown yet, and pages that are not http or https.
 */
export function toSenderPage(sender: Sender): SenderPage | null {
  if (sender.tab?.id === undefined || sender.frameId !== 0) return null;
  if (sender.documentLifecycle !== undefined && sender.documentLifecycle !== 'active') return null;
  if (sender.origin === undefined || sender.url === undefined || !URL.canParse(sender.url)) return null;
  const { origin, protocol } = new URL(sender.url);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  // A page with a sandbox policy has its site's address but the origin "null".
  return sender.origin === origin ? { tabId: sender.tab.id, origin } : null;
}
