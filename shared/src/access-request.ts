// An agent's request for a grant: asked for by service, answered by the owner with a credential and an end, or refused. No
// zod here: the popup's first paint must not wait for schemas (they are in `access-request-schema.ts`).

import type { ClientKind } from './client.ts';

/** Expired: nobody answered in time, which counts as a refusal. */
export const accessRequestStatuses = ['waiting', 'granted', 'denied', 'expired'] as const;
export type AccessRequestStatus = (typeof accessRequestStatuses)[number];

/** For how long a grant that answers a request may last, the shortest first. */
export const grantDurations = ['1h', '1d', '7d', '30d', 'until_revoked'] as const;
export type GrantDuration = (typeof grantDurations)[number];

const hours: Record<Exclude<GrantDuration, 'until_revoked'>, number> = { '1h': 1, '1d': 24, '7d': 168, '30d': 720 };

/** When a grant that is given now ends; null: when it is revoked. */
export function toGrantEnd(duration: GrantDuration, nowMs: number): string | null {
  return duration === 'until_revoked' ? null : new Date(nowMs + hours[duration] * 3_600_000).toISOString();
}

/** A duration in words that follow "for" or stand alone. */
export const grantDurationLabels: Record<GrantDuration, string> = {
  '1h': '1 hour',
  '1d': '1 day',
  '7d': '7 days',
  '30d': '30 days',
  until_revoked: 'until revoked',
};

/** A request with what the owner needs in order to decide. Names are copied in; no secret is. */
export interface AccessRequestSummary {
  readonly id: string;
  readonly status: AccessRequestStatus;
  readonly agentId: string;
  readonly agentName: string;
  /** What the agent asked for, in its own words: nothing of it need exist. */
  readonly service: string;
  readonly label: string | null;
  /** Names of the fields that it asked for; null: whatever there is. */
  readonly fields: readonly string[] | null;
  readonly reason: string;
  readonly duration: GrantDuration | null;
  readonly client: ClientKind;
  readonly clientName: string | null;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly correlationId: string;
  readonly requestedAt: string;
  /** When the request counts as refused unless it was answered. */
  readonly expiresAt: string;
  readonly answeredAt: string | null;
  /** Where the answer came from, in words such as "Browser, 203.0.113.7". */
  readonly answeredFrom: string | null;
  /** What the owner told the agent with the answer. */
  readonly note: string | null;
  /** The grant that answered it. */
  readonly grantId: string | null;
  readonly grantedDuration: GrantDuration | null;
}

/** A credential that the owner may answer a request with. */
export interface GrantChoice {
  readonly credentialId: string;
  readonly service: string;
  readonly label: string;
  /** Names of the fields that a grant of it can release. */
  readonly fields: readonly string[];
  /** Whether it is what the agent named. */
  readonly isNamed: boolean;
}
