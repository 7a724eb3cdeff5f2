// The access decision: pure, total, and the same wherever it is asked for.
// Whatever is not clearly allowed is denied, and every denial names its rule.

import type { AgentStatus } from './agent.ts';
import type { DenialRule } from './event.ts';
import { belongsToSites } from './site.ts';

/** Times in milliseconds since the epoch. */
export interface AccessFacts {
  readonly nowMs: number;
  /** The field names the request would release. */
  readonly fields: readonly string[];
  readonly credential: { readonly expiresAtMs: number | null; readonly sites: readonly string[] };
  readonly requester:
    | { readonly kind: 'owner'; readonly fillOrigin: string | null }
    | {
        readonly kind: 'agent';
        readonly status: AgentStatus;
        readonly keyRevoked: boolean;
        readonly grant: {
          readonly expiresAtMs: number | null;
          readonly revoked: boolean;
          readonly fields: readonly string[] | null;
        } | null;
      };
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly rule: DenialRule; readonly retryAtMs?: number };

/**
 * Decides one access. Standing comes first (key, agent), then the grant, then what it covers; attached policies
 * will be judged last, so that a request which fails here burns none of their counters.
 */
export function decide(facts: AccessFacts): Decision {
  const rule = facts.requester.kind === 'owner' ? denyOwner(facts, facts.requester) : denyAgent(facts, facts.requester);
  return rule === null ? { allowed: true } : { allowed: false, rule };
}

type Requester<Kind> = Extract<AccessFacts['requester'], { kind: Kind }>;

function denyOwner(facts: AccessFacts, owner: Requester<'owner'>): DenialRule | null {
  // The owner may always read what is theirs; a web page may only receive what belongs to its origin.
  if (owner.fillOrigin === null || belongsToSites(owner.fillOrigin, facts.credential.sites)) return null;
  return 'origin_mismatch';
}

function denyAgent(facts: AccessFacts, agent: Requester<'agent'>): DenialRule | null {
  const { grant } = agent;
  if (agent.keyRevoked) return 'key_revoked';
  if (agent.status !== 'active') return 'agent_suspended';
  if (grant === null) return 'grant_missing';
  if (grant.revoked) return 'grant_revoked';
  if (grant.expiresAtMs !== null && grant.expiresAtMs <= facts.nowMs) return 'grant_expired';
  if (facts.credential.expiresAtMs !== null && facts.credential.expiresAtMs <= facts.nowMs) return 'credential_expired';
  const covered = grant.fields;
  if (covered !== null && !facts.fields.every((field) => covered.includes(field))) return 'field_not_granted';
  return null;
}
