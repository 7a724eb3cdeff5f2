// The readable members of a stored credential, whatever its kind.

import type { CredentialSummary } from '@keytrail/shared/credential';

/** The username, where the kind has one and it is not empty. */
export function findUsername({ public: members }: CredentialSummary): string | undefined {
  return 'username' in members && members.username !== '' ? members.username : undefined;
}

/** The sites of a login; empty for every other kind. */
export function toSites({ public: members }: CredentialSummary): readonly string[] {
  return 'sites' in members ? members.sites : [];
}

/** True when a search text occurs in anything that is readable of the credential. */
export function matchesText(credential: CredentialSummary, query: string): boolean {
  const wanted = query.trim().toLocaleLowerCase();
  const { label, service, tags, kind } = credential;
  const texts = [label, service, kind, findUsername(credential) ?? '', ...tags, ...toSites(credential)];
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}
