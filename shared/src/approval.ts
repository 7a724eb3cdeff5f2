// The owner's word on one access: asked for by a policy, given on any device, spent by the request that waits. No zod
// here: the popup's first paint must not wait for schemas.

import type { ClientKind } from './client.ts';

/** Expired: nobody answered in time, which counts as a refusal. */
export const approvalStatuses = ['waiting', 'approved', 'denied', 'expired'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** What the owner may say; `remember` approves the same access for as long as the policy lets an answer hold. */
export const approvalAnswers = ['once', 'remember', 'deny'] as const;
export type ApprovalAnswer = (typeof approvalAnswers)[number];

/** A request for approval with what the owner needs in order to decide. Names are copied in; no secret is. */
export interface ApprovalSummary {
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly agentId: string;
  readonly agentName: string;
  readonly credentialId: string;
  readonly credentialLabel: string;
  readonly service: string;
  /** Names of the fields that the access would release. */
  readonly fields: readonly string[];
  /** What the agent says it needs them for. */
  readonly reason: string | null;
  readonly client: ClientKind;
  readonly clientName: string | null;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  /** The policies that ask. */
  readonly policies: readonly { readonly id: string; readonly name: string }[];
  readonly correlationId: string;
  readonly requestedAt: string;
  /** When the request counts as refused unless it was answered. */
  readonly expiresAt: string;
  /** For how long an answer may hold; 0 where it holds for one use only. */
  readonly rememberMinutes: number;
  readonly answeredAt: string | null;
  /** Where the answer came from, in words such as "Browser, 203.0.113.7". */
  readonly answeredFrom: string | null;
  /** What the owner told the agent with the answer. */
  readonly note: string | null;
  /** Until when the answer holds; null unless it was approved for longer than one use. */
  readonly holdsUntil: string | null;
}
