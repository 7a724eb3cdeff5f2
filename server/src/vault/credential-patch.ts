// What an edit of a credential may name.

import { service } from '@keytrail/shared/credential';
import { line, prose } from '@keytrail/shared/text';
import { z } from 'zod';

/** Members left out stay as they are. A null secret field is removed; `version` is the one that the owner saw. */
export const credentialPatch = z.strictObject({
  id: z.uuid(),
  version: z.int().positive(),
  service: service.optional(),
  label: line(100).optional(),
  tags: z.array(line(50)).max(20).optional(),
  expiresAt: z.iso.datetime().nullable().optional(),
  public: z.record(z.string(), z.unknown()).optional(),
  notes: prose(10_000).nullable().optional(),
  secret: z.record(z.string().max(100), prose(100_000).min(1).nullable()).optional(),
});
export type CredentialPatch = z.infer<typeof credentialPatch>;
