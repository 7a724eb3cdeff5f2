// What waits for the owner, as their devices see it.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { expect } from 'vitest';
import type { Client } from './client.ts';

interface Owner {
  readonly client: Client;
}

/** The one request that waits, as soon as there is one. */
export async function waitForApproval(owner: Owner): Promise<ApprovalSummary> {
  const waiting = async () =>
    (await owner.client.inbox.get.query()).approvals.filter(({ status }) => status === 'waiting');
  await expect.poll(async () => (await waiting()).length, { interval: 20 }).toBe(1);
  const [approval] = await waiting();
  if (approval === undefined) throw new Error('polled for');
  return approval;
}

/** The one request for a grant that waits, as soon as there is one. */
export async function waitForAccessRequest(owner: Owner): Promise<AccessRequestSummary> {
  const waiting = async () =>
    (await owner.client.inbox.get.query()).accessRequests.filter(({ status }) => status === 'waiting');
  await expect.poll(async () => (await waiting()).length, { interval: 20, timeout: 15_000 }).toBe(1);
  const [request] = await waiting();
  if (request === undefined) throw new Error('polled for');
  return request;
}
