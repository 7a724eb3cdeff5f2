// The event: what one use of a credential leaves behind, and the words for it. No zod here: the popup's first paint
// must not wait for schemas (they are in `event-schema.ts`).

import type { ClientKind } from './client.ts';

/** Event types in the order every filter shows them: what becomes of credentials, then what is changed about them. */
export const eventTypes = ['secret_access', 'agent_access', 'token_refresh', 'policy_denied', 'vault_change'] as const;
export type EventType = (typeof eventTypes)[number];

/** How the credential was reached: by its owner, an agent or a proxy; last what Keytrail does by itself. */
export const eventSources = ['direct', 'agent', 'mcp_proxy', 'system'] as const;
export type EventSource = (typeof eventSources)[number];

export const eventOutcomes = ['ok', 'denied', 'failed'] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

export const eventActions = [
  'reveal',
  'copy',
  'autofill',
  'fetch',
  'read',
  'inject',
  'result',
  'refresh',
  'connect',
  'create',
  'update',
  'delete',
  'rotate',
  'suspend',
  'resume',
  'revoke',
  'sign_in',
  'sign_out',
  'export',
  'prune',
  'attach',
  'detach',
  'request',
  'approve',
  'refuse',
  'lock',
  'unlock',
  'bind',
  'unbind',
  'ticket',
  'deliver',
  'notify',
  'move',
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
  'vault_locked',
  'time_window',
  'rate_limit',
  'ip_allowlist',
  'client',
  'max_uses',
  'reason',
  'approval',
  'fields',
  'site',
  'tool',
  'route',
  'proxy_disabled',
  'policy_error',
  'webhook_down',
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
  vault_locked: 'The vault is locked',
  time_window: 'Outside the hours that a policy allows',
  rate_limit: 'More uses than a policy allows in this time',
  ip_allowlist: 'The address is not one that a policy allows',
  client: 'The kind of client is not one that a policy allows',
  max_uses: 'The grant is used up',
  reason: 'A reason must be stated',
  approval: 'The owner did not approve',
  fields: 'A policy does not allow this field',
  site: 'A policy does not allow this site',
  tool: 'The proxy does not offer this tool',
  route: 'The proxy does not let this call through',
  proxy_disabled: 'The proxy is switched off',
  policy_error: 'A policy could not be evaluated',
  webhook_down: 'The owner’s webhook does not answer',
};

/** Why a token was not refreshed. Only `invalid_grant` means that the owner has to connect it again. */
export const refreshErrorClasses = [
  'invalid_grant',
  'provider_refused',
  'provider_answer',
  'provider_error',
  'provider_busy',
  'unreachable',
  'timeout',
  'cut_off',
  'not_stored',
  'secret_unreadable',
  'webhook_down',
  'webhook_refused',
] as const;
export type RefreshErrorClass = (typeof refreshErrorClasses)[number];

export const refreshErrorSentences: Record<RefreshErrorClass, string> = {
  invalid_grant: 'The provider no longer accepts the refresh token',
  provider_refused: 'The provider refused the request',
  provider_answer: 'The provider’s answer is none that OAuth knows',
  provider_error: 'Something broke at the provider',
  provider_busy: 'The provider asked to try later',
  unreachable: 'The provider could not be reached',
  timeout: 'The provider took too long to answer',
  cut_off: 'The attempt was cut off before its answer was stored',
  not_stored: 'The new token could not be stored',
  secret_unreadable: 'The stored refresh token does not open',
  webhook_down: 'The owner’s webhook did not answer',
  webhook_refused: 'The owner’s webhook did not renew it',
};

/** Who renewed a token that the owner's webhook holds: the webhook, once it was told, or Keytrail, for the webhook to store. */
export const webhookRefreshWays = ['webhook-delegated', 'webhook-mediated'] as const;
export type WebhookRefreshWay = (typeof webhookRefreshWays)[number];

/** Of a refresh, which its note begins with; null where the webhook had no part in it. */
export function findRefreshWay({ type, note }: Pick<EventBody, 'type' | 'note'>): WebhookRefreshWay | null {
  if (type !== 'token_refresh' || note === undefined) return null;
  return webhookRefreshWays.find((way) => note.startsWith(`${way}: `)) ?? null;
}

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

/**
 * The event as its maker writes it. Absent facts are absent members. Strings, safe integers and one level of
 * nesting only, so that its canonical form is the same in every language. Never holds a secret.
 */
export interface EventBody {
  id: string;
  /** 16 random bytes, base64url: without it a leaf hash says nothing about its event. */
  salt: string;
  /** The maker's clock, a claim: RFC 3339 in UTC with milliseconds. */
  occurredAt: string;
  type: EventType;
  action: EventAction;
  source: EventSource;
  outcome: EventOutcome;
  /** Agent name, proxy name, "Direct Access", or what changed. */
  title: string;
  service?: string | undefined;
  credentialId?: string | undefined;
  credentialLabel?: string | undefined;
  /** Names of the fields released, or asked for where nothing was released; never values. */
  fields?: string[] | undefined;
  agentId?: string | undefined;
  agentName?: string | undefined;
  keyId?: string | undefined;
  grantId?: string | undefined;
  proxyId?: string | undefined;
  proxyName?: string | undefined;
  /** What was called through a proxy: a tool, resource or prompt by name, or method and path without the query. */
  tool?: string | undefined;
  upstreamHost?: string | undefined;
  /** HTTP status that the upstream answered. */
  upstreamStatus?: number | undefined;
  /** From the call's way out to the end of its answer, in milliseconds. */
  durationMs?: number | undefined;
  /** Length of the answer's body. */
  bytes?: number | undefined;
  /** Policies that were evaluated, and the one that decided; of a change, the policy that was changed. */
  policyIds?: string[] | undefined;
  decidingPolicyId?: string | undefined;
  policyName?: string | undefined;
  /** Policies that only observe and would have refused, each with its rule at the same place of the other list. */
  observedPolicyIds?: string[] | undefined;
  observedRules?: DenialRule[] | undefined;
  /** The owner's word that this event asks for, gives or rests on. */
  approvalId?: string | undefined;
  rule?: DenialRule | undefined;
  retryAt?: string | undefined;
  /** What the agent said it needs the credential for. */
  reason?: string | undefined;
  siteOrigin?: string | undefined;
  frameOrigin?: string | undefined;
  userAgent?: string | undefined;
  client?: ClientKind | undefined;
  clientName?: string | undefined;
  clientIp?: string | undefined;
  deviceId?: string | undefined;
  deviceSeq?: number | undefined;
  /** Ties a request, its approval, its refresh and its result together. */
  correlationId?: string | undefined;
  /**
   * Of an export: how many events; of a pruning: how many were removed, and their sequence numbers, both inclusive; of
   * denials and failures: how many alike ones this event stands for, where it is more than one.
   */
  count?: number | undefined;
  firstSeq?: number | undefined;
  lastSeq?: number | undefined;
  /** Of a failed refresh: the kind of failure, as a stable code. */
  errorClass?: RefreshErrorClass | undefined;
  /** In words: what an export was limited to, why events were removed, which session ended, why an access failed. */
  note?: string | undefined;
}

/** What a maker states; id, salt and time are added where the event is minted. */
export type EventDraft = Omit<EventBody, 'id' | 'salt' | 'occurredAt'>;

/** An event as readers get it: the body without its salt, its place in the log and the server's clock. */
export interface AuditEvent extends Omit<EventBody, 'salt'> {
  /** Gapless per account, from 0. */
  readonly seq: number;
  /** RFC 3339 in UTC with microseconds; strictly increasing per account. */
  readonly recordedAt: string;
}

/** Values within one member are alternatives; members together must all hold. An absent or empty member admits all. */
export interface EventFilter {
  types?: EventType[] | undefined;
  sources?: EventSource[] | undefined;
  services?: string[] | undefined;
  agentIds?: string[] | undefined;
  credentialIds?: string[] | undefined;
  proxyIds?: string[] | undefined;
  /** Policies that were evaluated, whatever they decided. */
  policyIds?: string[] | undefined;
  outcomes?: EventOutcome[] | undefined;
  clients?: ClientKind[] | undefined;
  rules?: DenialRule[] | undefined;
  /** Addresses or CIDR ranges, IPv4 or IPv6. */
  ips?: string[] | undefined;
  /** Part of a title, label, name, service, stated reason or origin; upper and lower case alike. */
  text?: string | undefined;
  /** Inclusive, by recorded-at. */
  from?: string | undefined;
  /** Exclusive, by recorded-at. */
  to?: string | undefined;
}

/** The members of a filter whose values are counted beside their names, in the order a filter bar shows them. */
export const facetNames = [
  'types',
  'sources',
  'services',
  'agentIds',
  'credentialIds',
  'proxyIds',
  'outcomes',
  'clients',
  'ips',
  'rules',
  'policyIds',
] as const;
export type FacetName = (typeof facetNames)[number];
/** No more values of one filter are counted: the most frequent. */
export const countedValuesMax = 100;
