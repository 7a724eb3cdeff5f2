// Rows as `to_json` writes them, for what is loaded in one statement: read back into what the tables' own queries answer.

import type { PolicyTarget } from '@keytrail/shared/policy';
import type { Attached } from '../agents/attached-policies.ts';
import { readRulesText } from '../agents/policy-rows.ts';
import type { RefreshState, SealedField } from '../base/schema.ts';
import type { CredentialRow } from './credentials.ts';

export interface CredentialJson {
  readonly account_id: string;
  readonly id: string;
  readonly kind: CredentialRow['kind'];
  readonly service: string;
  readonly label: string;
  readonly tags: string[];
  readonly public: Record<string, unknown>;
  readonly sealed: Record<string, SealedField>;
  readonly version: number;
  readonly refresh: RefreshState | null;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A policy with what it is attached to, of all that was asked about. */
export interface PolicyJson {
  readonly id: string;
  readonly name: string;
  readonly mode: 'enabled' | 'observe';
  /** As text, by which they are remembered. */
  readonly rules: string;
  readonly targets: readonly PolicyTarget[];
}

export function toCredential(json: CredentialJson): CredentialRow {
  return {
    accountId: json.account_id,
    id: json.id,
    kind: json.kind,
    service: json.service,
    label: json.label,
    tags: json.tags,
    public: json.public,
    sealed: json.sealed,
    version: json.version,
    refresh: json.refresh,
    expiresAt: toDate(json.expires_at),
    lastUsedAt: toDate(json.last_used_at),
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
  };
}

export function toAttached({ targets, rules, ...rest }: PolicyJson): Attached[] {
  const policy = { ...rest, rules: readRulesText(rules) };
  return targets.map((target) => ({ target, policy }));
}

export function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
