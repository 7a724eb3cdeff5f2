// Which credentials the owner's webhook holds: those whose sealed fields have no box here. One credential lies in one place.

import { sql } from 'drizzle-orm';
import { credentials, type SealedField } from '../base/schema.ts';

export function isHeldByWebhook({ sealed }: { readonly sealed: Readonly<Record<string, SealedField>> }): boolean {
  return Object.values(sealed).some(({ box }) => box === null);
}

/** The same as a condition on rows. */
export function isHeldRow() {
  return sql<boolean>`${credentials.sealed} @? '$.*.box ? (@ == null)'`;
}
