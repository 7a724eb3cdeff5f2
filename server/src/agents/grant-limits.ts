// How far a grant may reach: until when, and to which fields.

import { grantDaysMax } from '@keytrail/shared/agent';
import { releasableFields } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import type { credentials } from '../base/schema.ts';

/** Clocks go wrong by minutes, and 30 days over the end of summer time are an hour longer: neither is to get in the way. */
const leewayMs = 3_600_000;

/** Throws for an end in the past, and for one further ahead than a grant may last. */
export function verifyEnd(endMs: number, nowMs: number): void {
  if (endMs <= nowMs) {
    throw new AppError('invalid_input', {
      message: 'grant ends in the past',
      public: 'The end of the grant lies in the past; choose a later one.',
    });
  }
  if (endMs <= nowMs + grantDaysMax * 86_400_000 + leewayMs) return;
  throw new AppError('invalid_input', {
    message: 'grant ends too late',
    public: `A grant ends within ${grantDaysMax} days or lasts until it is revoked; choose one of these.`,
  });
}

/** What tells which fields an agent could get. */
export type CredentialFields = Pick<typeof credentials.$inferSelect, 'kind' | 'sealed' | 'public'>;

/** Throws for a field that the credential cannot release: a grant of it would look like access and be none. */
export function verifyFields(credential: CredentialFields, fields: readonly string[]): void {
  const known = releasableFields(credential.kind, Object.keys(credential.sealed), credential.public);
  const unknown = fields.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AppError('field_unknown', {
    message: 'grant of an unknown field',
    public: `This credential has no field ${unknown} that an agent could get; it has ${known.join(', ')}.`,
  });
}
