// Agents, their keys and their grants, as the owner sees and writes them.

import { z } from 'zod';
import { fieldName } from './credential.ts';
import { name, prose } from './text.ts';

export const agentInput = z.strictObject({ name: name(100), description: prose(500).default('') });
export type AgentInput = z.infer<typeof agentInput>;
/** A change says all of it: what it left out would be wiped by a default. */
export const agentEdit = z.strictObject({ name: name(100), description: prose(500) });

export type AgentStatus = 'active' | 'suspended';

/** A key that works. */
export interface AgentKeySummary {
  readonly id: string;
  /** Its last four characters, to tell keys apart. */
  readonly hint: string;
  readonly createdAt: string;
  /** Null: until it is rotated. */
  readonly endsAt: string | null;
  /** Behind by up to a minute: the log is the record. */
  readonly lastUsedAt: string | null;
}

/** A client that its owner let act as the agent, by signing in, and that got tokens in place of a key. */
export interface ConnectionSummary {
  readonly id: string;
  /** What the program calls itself. A claim. */
  readonly clientName: string;
  /** Where it had the browser go back to: a host, or the scheme of an app. */
  readonly returnsTo: string;
  readonly createdAt: string;
  /** Unless the client fetches new tokens before; moves on each time it does. */
  readonly endsAt: string;
  readonly lastUsedAt: string | null;
}

/** For how long a replaced key may work on: a week. */
export const overlapMinutesMax = 7 * 24 * 60;

export const rotationInput = z.strictObject({
  id: z.uuid(),
  /** For how long the key that is replaced works on; 0: not at all. */
  overlapMinutes: z.int().min(0).max(overlapMinutesMax).default(0),
});
export type RotationInput = z.infer<typeof rotationInput>;

export interface AgentSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: AgentStatus;
  /**
   * Those that work at this moment, the newest first: the newest has no end, and those that it replaced end soon. None where only
   * clients that signed in act as the agent.
   */
  readonly keys: readonly AgentKeySummary[];
  /** Those that stand at this moment, the newest first. */
  readonly connections: readonly ConnectionSummary[];
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** Grants that are neither revoked nor past their end. */
  readonly activeGrants: number;
}

/** For how long a grant with an end may last; one that is to last longer is said to have none. */
export const grantDaysMax = 30;

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
  /** Accesses that it allowed, all of them. */
  readonly uses: number;
  readonly lastUsedAt: string | null;
}
