// What an edit of a credential may name.

import { fieldName, service, withoutProto } from '@keytrail/shared/credential';
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
  secret: withoutProto<string | null>()
    .pipe(z.record(fieldName, prose(100_000).min(1).nullable()))
    .refine((values) => Object.keys(values).length <= 100, 'must name at most 100 fields')
    .refine((values) => !Object.hasOwn(values, 'notes'), 'notes are a member of their own')
    .optional(),
});
export type CredentialPatch = z.infer<typeof credentialPatch>;
