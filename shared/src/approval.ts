// The owner's word on one access: asked for by a policy, given on any device, spent by the request that waits. No zod
// here: the popup's first paint must not wait for schemas.

import type { ClientKind } from './client.ts';

/** Expired: nobody answered in time, which counts as a refusal. Ended: what was asked for became impossible before an answer. */
export const approvalStatuses = ['waiting', 'approved', 'denied', 'expired', 'ended'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** What the owner may say; `remember` approves the same access for as long as the policy lets an answer hold. */
export const approvalAnswers = ['once', 'remember', 'deny'] as const;
export type ApprovalAnswer = (typeof approvalAnswers)[number];

/** Who asks: an agent for a credential, or whoever holds the key of a proxy for a call through it. */
export type ApprovalAsker =
  | { readonly kind: 'agent'; readonly id: string; readonly name: string }
  | {
      readonly kind: 'proxy';
      readonly id: string;
      readonly name: string;
      /** The last characters of the key that the call came with. */
      readonly keyHint: string;
      /** A tool by name, or method and path; several calls of one batch by all of their names. */
      readonly tool: string;
      readonly upstreamHost: string;
    };

/** A request for approval with what the owner needs in order to decide. Names are copied in; no secret is. */
export interface ApprovalSummary {
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly asker: ApprovalAsker;
  /** Null, as are its label and its service, where a proxy injects nothing. */
  readonly credentialId: string | null;
  readonly credentialLabel: string | null;
  readonly service: string | null;
  /** Names of the fields that the access would release. */
  readonly fields: readonly string[];
  /** What an agent says it needs them for. */
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
  /** For how long an answer may hold, of a proxy for every call with the same key; 0 where it holds for one use only. */
  readonly rememberMinutes: number;
  readonly answeredAt: string | null;
  /** Where the answer came from, in words such as "Browser, 203.0.113.7". */
  readonly answeredFrom: string | null;
  /** What the owner said with the answer. */
  readonly note: string | null;
  /** Until when the answer holds; null unless it was approved for longer than one use. */
  readonly holdsUntil: string | null;
}
