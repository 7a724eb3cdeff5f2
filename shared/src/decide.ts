// The access decision: pure, total, and the same wherever it is asked for.
// Whatever is not clearly allowed is denied, and every denial names its rule.

import type { AgentStatus } from './agent.ts';
import type { ClientKind } from './client.ts';
import type { DenialRule } from './event.ts';
import type { JudgedRequest } from './judge.ts';
import {
  type ApprovalNeed,
  type AttachedPolicy,
  type Counter,
  type Finding,
  findLongest,
  judgePolicy,
  toApprovalNeed,
  toObserved,
} from './judge-policy.ts';
import { isSeen } from './seen.ts';
import { belongsToSites } from './site.ts';

/** Times in milliseconds since the epoch. */
export interface AccessFacts {
  readonly nowMs: number;
  /** The field names the request would release. */
  readonly fields: readonly string[];
  readonly vaultLocked: boolean;
  readonly credential: { readonly id: string; readonly expiresAtMs: number | null; readonly sites: readonly string[] };
  readonly policies: readonly AttachedPolicy[];
  readonly request: {
    readonly clientIp: string | null;
    readonly client: ClientKind;
    readonly reason: string | null;
  };
  readonly requester:
    | { readonly kind: 'owner'; readonly fillOrigin: string | null }
    | {
        readonly kind: 'agent';
        readonly id: string;
        readonly status: AgentStatus;
        readonly keyRevoked: boolean;
        readonly grant: {
          readonly id: string;
          readonly expiresAtMs: number | null;
          readonly revoked: boolean;
          readonly fields: readonly string[] | null;
          readonly reasonRequired: boolean;
        } | null;
      }
    | { readonly kind: 'proxy'; readonly id: string; readonly enabled: boolean; readonly keyRevoked: boolean };
}

export type Decision = {
  /** Policies that were evaluated. */
  readonly policyIds: readonly string[];
  /** What observing policies would have refused. */
  readonly observed: readonly Finding[];
} & (
  | {
      readonly allowed: false;
      readonly rule: DenialRule;
      /** Null where no policy is behind it. */
      readonly policyId: string | null;
      readonly policyName: string | null;
      readonly retryAtMs?: number;
    }
  | { readonly allowed: true; readonly approval: ApprovalNeed | null; readonly counters: readonly Counter[] }
);

/**
 * Decides one access. Standing comes first (key, agent), then the lock, the grant and what it covers, then every rule of
 * every policy; what the owner must be asked, and counters, which a refused request must not burn, are left to the
 * caller, in this order.
 */
export function decide(facts: AccessFacts): Decision {
  const rule = denyByStanding(facts);
  if (rule !== null) {
    return { allowed: false, rule, policyId: null, policyName: null, policyIds: [], observed: [] };
  }
  const request = toJudgedRequest(facts);
  const judged = facts.policies.map((policy) => judgePolicy(policy, request));
  const enforced = judged.filter(({ policy }) => policy.mode === 'enabled');
  const evaluated = {
    policyIds: facts.policies.map(({ id }) => id).sort(),
    observed: judged.filter(({ policy }) => policy.mode === 'observe').flatMap(toObserved),
  };
  const refusal = findLongest(enforced.flatMap(({ refusals }) => refusals));
  if (refusal !== null) return { ...evaluated, allowed: false, ...refusal };
  return {
    ...evaluated,
    allowed: true,
    approval: toApprovalNeed(enforced),
    counters: judged.flatMap(({ refusals, counters }) => (refusals.length === 0 ? counters : [])),
  };
}

type Requester<Kind> = Extract<AccessFacts['requester'], { kind: Kind }>;

function denyByStanding(facts: AccessFacts): DenialRule | null {
  const { requester } = facts;
  // A revoked key and a suspended agent outweigh the lock: the lock ends, they do not.
  if (requester.kind === 'owner') return facts.vaultLocked ? 'vault_locked' : denyOwner(facts, requester);
  if (requester.keyRevoked) return 'key_revoked';
  if (requester.kind === 'proxy') return denyProxy(facts, requester);
  if (requester.status !== 'active') return 'agent_suspended';
  return facts.vaultLocked ? 'vault_locked' : denyGrant(facts, requester);
}

function denyOwner(facts: AccessFacts, owner: Requester<'owner'>): DenialRule | null {
  // The owner may always read what is theirs; a web page may only receive what belongs to its origin.
  if (owner.fillOrigin === null || belongsToSites(owner.fillOrigin, facts.credential.sites)) return null;
  return 'origin_mismatch';
}

/** Its owner gave it its credential: that is its grant. */
function denyProxy({ vaultLocked, credential, nowMs }: AccessFacts, proxy: Requester<'proxy'>): DenialRule | null {
  if (!proxy.enabled) return 'proxy_disabled';
  if (vaultLocked) return 'vault_locked';
  return credential.expiresAtMs !== null && credential.expiresAtMs <= nowMs ? 'credential_expired' : null;
}

function denyGrant(facts: AccessFacts, { grant }: Requester<'agent'>): DenialRule | null {
  if (grant === null) return 'grant_missing';
  if (grant.revoked) return 'grant_revoked';
  if (grant.expiresAtMs !== null && grant.expiresAtMs <= facts.nowMs) return 'grant_expired';
  if (facts.credential.expiresAtMs !== null && facts.credential.expiresAtMs <= facts.nowMs) return 'credential_expired';
  const covered = grant.fields;
  if (covered !== null && !facts.fields.every((field) => covered.includes(field))) return 'field_not_granted';
  if (grant.reasonRequired && !isSeen(facts.request.reason ?? '')) return 'reason';
  return null;
}

/** What rules look at. An agent without a grant has been refused before any rule is asked. */
export function toJudgedRequest({ nowMs, fields, request, credential, requester }: AccessFacts): JudgedRequest {
  return {
    nowMs,
    fields,
    ...request,
    credentialId: credential.id,
    by: toUser(requester),
  };
}

function toUser(requester: AccessFacts['requester']): JudgedRequest['by'] {
  if (requester.kind === 'owner') return requester;
  if (requester.kind === 'proxy') return { kind: 'proxy', proxyId: requester.id };
  return { kind: 'agent', agentId: requester.id, grantId: requester.grant?.id ?? '' };
}
