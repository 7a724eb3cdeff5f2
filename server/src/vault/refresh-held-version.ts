// Which writing of a credential the owner's webhook must have got to before what it holds is used.

import type { CredentialRow } from './credentials.ts';

/** The version at which what a refresh takes was written last: a webhook that has not got that far has an edit still to come. */
export function toHeldVersion({ sealed }: Pick<CredentialRow, 'sealed'>): number {
  return Math.max(...material.map((name) => sealed[name]?.version ?? 0));
}

const material = ['accessToken', 'refreshToken', 'clientSecret'];
