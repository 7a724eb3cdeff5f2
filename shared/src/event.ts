// The event: what one use of a credential leaves behind, how it is filtered and how it is read.

import { z } from 'zod';
import { clientKinds } from './client.ts';
import { line } from './text.ts';

/** Event types in the order every filter shows them; the seed's four first. */
export const eventTypes = ['secret_access', 'agent_access', 'token_refresh', 'policy_denied', 'vault_change'] as const;
export type EventType = (typeof eventTypes)[number];

/** How the credential was reached; the seed's three first. */
export const eventSources = ['direct', 'agent', 'mcp_proxy', 'system'] as const;
export type EventSource = (typeof eventSources)[number];

export const eventOutcomes = ['ok', 'denied', 'failed'] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

export const eventActions = [
  'reveal',
  'copy',
  'autofill',
  'fetch',
  'create',
  'update',
  'delete',
  'rotate',
  'suspend',
  'resume',
  'revoke',
  'sign_in',
] as const;
export type EventAction = (typeof eventActions)[number];

/** The rule that refused an access, as a stable code. */
export const denialRules = [
  'grant_missing',
  'grant_expired',
  'grant_revoked',
  'agent_suspended',
  'key_revoked',
  'field_not_granted',
  'credential_expired',
  'origin_mismatch',
] as const;
export type DenialRule = (typeof denialRules)[number];

/** The rule in words, without naming whose it is. */
export const denialRuleSentences: Record<DenialRule, string> = {
  grant_missing: 'No grant for this credential',
  grant_expired: 'The grant has expired',
  grant_revoked: 'The grant was revoked',
  agent_suspended: 'The agent is suspended',
  key_revoked: 'The key was revoked',
  field_not_granted: 'The grant does not cover this field',
  credential_expired: 'The credential has expired',
  origin_mismatch: 'The site does not belong to this credential',
};

export const eventTypeLabels: Record<EventType, string> = {
  secret_access: 'Secret Access',
  agent_access: 'Agent Access',
  token_refresh: 'Token Refresh',
  policy_denied: 'Policy Denied',
  vault_change: 'Vault Change',
};

export const eventSourceLabels: Record<EventSource, string> = {
  direct: 'Direct',
  agent: 'Agent',
  mcp_proxy: 'MCP Proxy',
  system: 'System',
};

const instant = z.iso.datetime({ precision: 3 });

/**
 * The event as its maker writes it. Absent facts are absent members. Strings, safe integers and one level of
 * nesting only, so that its canonical form is the same in every language. Never holds a secret.
 */
export const eventBody = z.strictObject({
  id: z.uuid(),
  /** 16 random bytes, base64url: without it a leaf hash says nothing about its event. */
  salt: z.string().length(22),
  /** The maker's clock, a claim. */
  occurredAt: instant,
  type: z.enum(eventTypes),
  action: z.enum(eventActions),
  source: z.enum(eventSources),
  outcome: z.enum(eventOutcomes),
  /** Agent name, proxy name, "Direct Access", or what changed. */
  title: line(200),
  service: line(100).optional(),
  credentialId: z.uuid().optional(),
  credentialLabel: line(200).optional(),
  /** Names of the fields released, never values. */
  fields: z.array(line(100)).max(100).optional(),
  agentId: z.uuid().optional(),
  agentName: line(200).optional(),
  keyId: z.uuid().optional(),
  grantId: z.uuid().optional(),
  proxyId: z.uuid().optional(),
  proxyName: line(200).optional(),
  /** Policies that were evaluated, and the one that decided. */
  policyIds: z.array(z.uuid()).max(100).optional(),
  decidingPolicyId: z.uuid().optional(),
  rule: z.enum(denialRules).optional(),
  retryAt: instant.optional(),
  reason: line(500).optional(),
  siteOrigin: line(300).optional(),
  frameOrigin: line(300).optional(),
  userAgent: line(400).optional(),
  client: z.enum(clientKinds).optional(),
  clientName: line(100).optional(),
  clientIp: line(60).optional(),
  deviceId: z.uuid().optional(),
  deviceSeq: z.int().nonnegative().optional(),
  correlationId: z.uuid().optional(),
});
export type EventBody = z.infer<typeof eventBody>;

/** What a maker states; id, salt and time are added where the event is minted. */
export type EventDraft = Omit<EventBody, 'id' | 'salt' | 'occurredAt'>;

/** An event as readers get it: the body without its salt, its place in the log and the server's clock. */
export interface AuditEvent extends Omit<EventBody, 'salt'> {
  /** Gapless per account, from 0. */
  readonly seq: number;
  /** RFC 3339 in UTC with microseconds; strictly increasing per account. */
  readonly recordedAt: string;
}

/** Values within one member are alternatives; members together must all hold. An absent member admits all. */
export const eventFilter = z.strictObject({
  types: z.array(z.enum(eventTypes)).max(10).optional(),
  sources: z.array(z.enum(eventSources)).max(10).optional(),
  services: z.array(z.string().max(100)).max(50).optional(),
  agentIds: z.array(z.uuid()).max(50).optional(),
  /** Inclusive, by recorded-at. */
  from: z.iso.datetime().optional(),
  /** Exclusive, by recorded-at. */
  to: z.iso.datetime().optional(),
});
export type EventFilter = z.infer<typeof eventFilter>;

/** Whether an event passes a filter; the one meaning that server, cache and live view share. */
export function matches(event: AuditEvent, filter: EventFilter): boolean {
  return (
    admits(filter.types, event.type) &&
    admits(filter.sources, event.source) &&
    admits(filter.services, event.service) &&
    admits(filter.agentIds, event.agentId) &&
    (filter.from === undefined || Date.parse(event.recordedAt) >= Date.parse(filter.from)) &&
    (filter.to === undefined || Date.parse(event.recordedAt) < Date.parse(filter.to))
  );
}

function admits<T>(allowed: readonly T[] | undefined, value: T | undefined): boolean {
  return allowed === undefined || allowed.length === 0 || (value !== undefined && allowed.includes(value));
}
