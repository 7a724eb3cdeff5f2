// Links into the dashboard, with plain, repeated search params as its router reads and writes them.

import type { EventFilter } from '@keytrail/shared/event';
import { browser } from 'wxt/browser';

type Search = Readonly<Record<string, readonly string[] | string | undefined>>;

/** The address of a dashboard page; members that are undefined or empty leave no trace. */
export function toDashboardUrl(path: string, search: Search = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const item of [value ?? []].flat()) params.append(name, item);
  }
  return `${pageAddress()}#${path}${params.size === 0 ? '' : `?${params}`}`;
}

/** What the audit log's address carries for a filter, and for the event whose details are to be open. */
export function toAuditSearch(filter: EventFilter, eventId?: string): Search {
  const { agentIds: agents, credentialIds: credentials, proxyIds: proxies, policyIds: policies, ...others } = filter;
  return { ...others, agents, credentials, proxies, policies, event: eventId };
}

/** Shows a dashboard page: in the dashboard's own tab where there is one in this window, else in a new tab. */
export async function openDashboard(path: string, search: Search = {}): Promise<void> {
  const url = toDashboardUrl(path, search);
  const tabId = await findDashboardTab();
  if (tabId === undefined) await browser.tabs.create({ url });
  else await browser.tabs.update(tabId, { url, active: true });
}

/** Chromium tells an extension's own pages by their contexts, and not in every version by the addresses of tabs; Firefox only by these. */
async function findDashboardTab(): Promise<number | undefined> {
  if ('getContexts' in browser.runtime) {
    const { id: windowId = -1 } = await browser.windows.getCurrent();
    const open = await browser.runtime.getContexts({ contextTypes: ['TAB'], windowIds: [windowId] });
    return open.find(({ documentUrl }) => documentUrl?.startsWith(pageAddress()))?.tabId;
  }
  const tabs = await browser.tabs.query({ currentWindow: true });
  return tabs.find((tab) => tab.url?.startsWith(pageAddress()))?.id;
}

function pageAddress(): string {
  return `${browser.runtime.getURL('/')}dashboard.html`;
}
