// Policies: ordered rules that must all pass, and where they are attached. No zod here (the schema is in
// `policy-schema.ts`), so that the popup can name a rule without it.

import type { ClientKind } from './client.ts';

/** In the order every list shows them. Each is also the `DenialRule` of what it refuses. */
export const ruleTypes = [
  'time_window',
  'rate_limit',
  'ip_allowlist',
  'client',
  'max_uses',
  'reason',
  'approval',
  'fields',
  'site',
] as const;
export type RuleType = (typeof ruleTypes)[number];

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** What a policy asks of a request. The values are bounded by `policy-schema.ts`. */
export type Rule =
  | {
      /**
       * Open from `start` to `end` (both `HH:MM`, local time of an IANA zone, `end` exclusive and up to 24:00) on the days
       * named; an end before the start lies on the following day.
       */
      readonly type: 'time_window';
      readonly days: readonly Weekday[];
      readonly start: string;
      readonly end: string;
      readonly timeZone: string;
    }
  | {
      /** At most `uses` within any minute, hour or day, of each agent, each credential, or each pair. */
      readonly type: 'rate_limit';
      readonly uses: number;
      readonly per: 'minute' | 'hour' | 'day';
      readonly counts: 'agent' | 'credential' | 'both';
    }
  | {
      /** Addresses and CIDR ranges as `toIpRange` writes them. */
      readonly type: 'ip_allowlist';
      readonly ranges: readonly string[];
    }
  | { readonly type: 'client'; readonly kinds: readonly ClientKind[] }
  | {
      /** Of the grant, all of them, those before the policy too. Nothing for the owner, who needs no grant. */
      readonly type: 'max_uses';
      readonly uses: number;
    }
  | {
      /** Characters of the stated reason. Nothing for the owner. */
      readonly type: 'reason';
      readonly lengthMin: number;
    }
  | {
      /** The owner is asked and answers within so long; an answer may hold for `rememberMinutes` (0: for one use). */
      readonly type: 'approval';
      readonly withinSeconds: number;
      readonly rememberMinutes: number;
    }
  | { readonly type: 'fields'; readonly fields: readonly string[] }
  | {
      /** Origins that autofill may fill; says nothing about other ways of access. */
      readonly type: 'site';
      readonly origins: readonly string[];
    };

/** Observing policies are evaluated and reported, never enforced; disabled ones are not even looked at. */
export const policyModes = ['enabled', 'observe', 'disabled'] as const;
export type PolicyMode = (typeof policyModes)[number];

/** A policy as its owner writes it. */
export interface PolicyInput {
  readonly name: string;
  readonly description: string;
  readonly mode: PolicyMode;
  readonly rules: readonly Rule[];
}

export const targetKinds = ['agent', 'proxy', 'credential'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What a policy is attached to. */
export interface PolicyTarget {
  readonly kind: TargetKind;
  readonly id: string;
}

export interface PolicySummary extends PolicyInput {
  readonly id: string;
  /** Counts changes; an edit names the version it was made from. */
  readonly version: number;
  /** Stored rules that are not understood: it refuses everything until it is saved anew. `rules` holds the others. */
  readonly broken: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** By kind, then name. */
  readonly usedBy: readonly (PolicyTarget & { readonly name: string })[];
}
