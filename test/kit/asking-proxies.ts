// Calls through a proxy that asks its owner, and what the log says of them.

import type { AuditEvent } from '@keytrail/shared/event';
import { expect } from 'vitest';
import type { AskingProxy } from './proxies.ts';
import type { Owner } from './server.ts';

/** Waits for nobody: says at once that the call waits. */
export const soon = { headers: { prefer: 'wait=0' } };

/** Where the proxy is on the server at `base`. */
export function toProxyUrl({ proxy }: AskingProxy, base: string): string {
  return `${base}/${proxy.kind}/p/${proxy.name}`;
}

/** A request through the HTTP proxy, with its key. */
export function callHttpProxy(made: AskingProxy, base: string, path = '/items', init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${made.key}`, ...init.headers };
  return fetch(`${toProxyUrl(made, base)}${path}`, { ...init, headers });
}

/** What has been said of calls since the proxy was made, the oldest first. */
export async function readProxyCalls(owner: Owner): Promise<AuditEvent[]> {
  const { events } = await owner.client.audit.since.query({ from: 0 });
  return events.filter(({ approvalId, source }) => approvalId !== undefined || source === 'mcp_proxy');
}

/** The answer over HTTP to a call that goes on waiting. */
export async function expectPending(answered: Response): Promise<void> {
  expect(answered.status).toBe(408);
  expect(answered.headers.get('retry-after')).toBe('1');
  expect(await answered.json()).toMatchObject({ code: 'approval_pending', sentence: expect.stringContaining('again') });
}
