// What a request for a grant and its answer must look like where they come in.

import { z } from 'zod';
import { grantDurations } from './access-request.ts';
import { fieldName, service } from './credential.ts';
import { line, reason } from './text.ts';

/** A request as an agent makes it. */
export const accessRequestInput = z.strictObject({
  service,
  label: line(100).optional(),
  fields: z.array(fieldName).min(1).max(20).optional(),
  reason,
  duration: z.enum(grantDurations).optional(),
});
export type AccessRequestInput = z.infer<typeof accessRequestInput>;

const note = line(300).optional();

/** The owner's answer; which credential and until when is theirs to say. */
export const accessAnswer = z.discriminatedUnion('answer', [
  z.strictObject({
    answer: z.literal('grant'),
    id: z.uuid(),
    credentialId: z.uuid(),
    duration: z.enum(grantDurations),
    /** Null: all fields. */
    fields: z.array(fieldName).min(1).max(100).nullable(),
    note,
  }),
  z.strictObject({ answer: z.literal('deny'), id: z.uuid(), note }),
]);
export type AccessAnswer = z.infer<typeof accessAnswer>;
