// Who renews a token that the owner's webhook holds; pure. `ending_tokens` in the database repeats this choice.

import type { WebhookRefreshWay } from '@keytrail/shared/event';
import type { RefreshWay } from '../base/schema.ts';
import type { WebhookRow } from './webhook-rows.ts';

/**
 * `mediated` lets a refresh token pass through Keytrail, so it takes the owner's word beside the webhook's offer; else the webhook renews
 * by itself, where it can. Null: nobody does.
 */
export function toRefreshWay({
  capabilities,
  mediated,
}: Pick<WebhookRow, 'capabilities' | 'mediated'>): RefreshWay | null {
  if (mediated && capabilities.includes('mediated-refresh')) return 'mediated';
  return capabilities.includes('refresh') ? 'delegated' : null;
}

/** What an event's note begins with, and what it says where all went well. */
export const wayWords: Record<RefreshWay, { readonly name: WebhookRefreshWay; readonly done: string }> = {
  delegated: { name: 'webhook-delegated', done: 'renewed by the owner’s webhook' },
  mediated: { name: 'webhook-mediated', done: 'renewed by Keytrail, and stored by the owner’s webhook' },
};

/**
 * How long an attempt may take: as long as calls to a provider may, and what stores its answer; with a webhook, three attempts at each
 * call to it (`webhook-call.ts`).
 */
export function toLeaseMs(way: RefreshWay | null): number {
  return way === null ? 30_000 : leaseMs[way];
}

const leaseMs: Record<RefreshWay, number> = { delegated: 45_000, mediated: 100_000 };
