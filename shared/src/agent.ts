// Agents, their keys and their grants, as the owner sees and writes them.

import { z } from 'zod';
import { fieldName } from './credential.ts';
import { line, prose } from './text.ts';

export const agentInput = z.strictObject({ name: line(100), description: prose(500).default('') });
export type AgentInput = z.infer<typeof agentInput>;

export type AgentStatus = 'active' | 'suspended';

export interface AgentSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: AgentStatus;
  /** The last four characters of the current key, to tell keys apart. */
  readonly keyHint: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** Grants that are neither revoked nor past their end. */
  readonly activeGrants: number;
}

export const grantInput = z.strictObject({
  agentId: z.uuid(),
  credentialId: z.uuid(),
  /** Null: until revoked. */
  expiresAt: z.iso.datetime().nullable().default(null),
  /** Null: all fields. */
  fields: z.array(fieldName).min(1).max(100).nullable().default(null),
  /** Whether the agent must say what for, each time. */
  reasonRequired: z.boolean().default(false),
});
export type GrantInput = z.infer<typeof grantInput>;

export interface GrantSummary {
  readonly id: string;
  readonly agentId: string;
  readonly credentialId: string;
  readonly service: string;
  readonly label: string;
  readonly fields: readonly string[] | null;
  readonly reasonRequired: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
