// Alerts: what is worth a word to the owner while they look elsewhere. Each follows from events of the log.
// No zod here: the popup's first paint must not wait for schemas.

import type { AccessRequestSummary } from './access-request.ts';
import type { ApprovalSummary } from './approval.ts';
import type { EventFilter } from './event.ts';

export const alertKinds = [
  'first_use',
  'new_ip',
  'new_client',
  'denial_burst',
  'grant_expiring',
  'credential_expiring',
  'refresh_failing',
] as const;
export type AlertKind = (typeof alertKinds)[number];

export const alertKindLabels: Record<AlertKind, string> = {
  first_use: 'First use by a new agent or proxy',
  new_ip: 'First use from a new address',
  new_client: 'First use by a new kind of client',
  denial_burst: 'Burst of denials',
  grant_expiring: 'Grant about to expire',
  credential_expiring: 'Credential about to expire',
  refresh_failing: 'Refresh failing',
};

export interface AlertSummary {
  readonly id: string;
  readonly kind: AlertKind;
  /** Whose doing it is: an agent's or a proxy's name, "Direct Access", or a credential's label. */
  readonly subject: string;
  /** One sentence: what happened. */
  readonly sentence: string;
  readonly agentId: string | null;
  readonly proxyId: string | null;
  readonly credentialId: string | null;
  readonly createdAt: string;
  /** Null until the owner has looked, on any device. */
  readonly seenAt: string | null;
  /** The log filtered to the cause. */
  readonly filter: EventFilter;
  /** The event that gave rise to it, where there is one. */
  readonly eventId: string | null;
}

/** No alerts of this kind, or none of this kind by this agent or through this proxy. */
export interface AlertMute {
  readonly kind: AlertKind;
  readonly agentId: string | null;
  readonly proxyId: string | null;
}

/** What waits for the owner, as every device shows it. */
export interface Inbox {
  /** Waiting ones first, the oldest first; then what was answered within the last minute, so that every device sees it. */
  readonly approvals: readonly ApprovalSummary[];
  /** Requests for grants, in the same order. */
  readonly accessRequests: readonly AccessRequestSummary[];
  /** The newest 50. */
  readonly alerts: readonly AlertSummary[];
  readonly unseenAlerts: number;
  /** Since when every access is refused; null while the vault is open. */
  readonly lockedAt: string | null;
}
