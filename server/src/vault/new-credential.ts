// A credential that is about to be stored: its row, sealed, and what its event says.

import type { CredentialInput } from '@keytrail/shared/credential';
import type { Change } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import type { credentials } from '../base/schema.ts';
import { completeInput } from './key-facts.ts';
import { sealFields } from './sealing.ts';

type NewRow = typeof credentials.$inferInsert;

/** Seals the secrets under this id. Throws `invalid_input` for a key or certificate that is none. */
export function toNewRow(ctx: Context, accountId: string, id: string, given: CredentialInput): NewRow {
  const input = completeInput(given);
  const now = new Date(ctx.nowMs());
  const binding = { accountId, credentialId: id, version: 1 };
  return {
    accountId,
    id,
    kind: input.kind,
    service: input.service,
    label: input.label,
    tags: input.tags,
    public: input.public,
    sealed: sealFields(ctx, binding, { ...input.secret, notes: input.notes }),
    version: 1,
    expiresAt: input.expiresAt === null ? null : new Date(input.expiresAt),
    createdAt: now,
    updatedAt: now,
  };
}

export const creation = { action: 'create', title: 'Credential created' } as const;

/** How the log names a credential. */
export function toNamed(row: { service: string; id: string; label: string }) {
  return { service: row.service, credentialId: row.id, credentialLabel: row.label } satisfies Partial<Change>;
}
