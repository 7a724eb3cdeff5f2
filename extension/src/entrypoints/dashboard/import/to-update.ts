// What an entry changes in the credential that it turned out to be: its secrets, and notes where there were none.

import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';

export interface SecretUpdate {
  readonly id: string;
  readonly version: number;
  readonly secret: Record<string, string>;
  readonly notes?: string;
}

/** What only the vault has, such as a one-time code seed that the file lacks, stays. */
export function toUpdate(existing: CredentialSummary, input: CredentialInput): SecretUpdate {
  const secret: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.secret)) if (value !== undefined) secret[name] = value;
  const { notes } = input;
  const isNew = notes !== undefined && !existing.secretFields.includes('notes');
  return { id: existing.id, version: existing.version, secret, ...(isNew ? { notes } : {}) };
}
