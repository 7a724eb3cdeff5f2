// Which credential of the vault an entry is. Each is given to one entry at most, so that two passwords of one account in a file
// are two entries, and an import that is run again meets everything that it has stored.

import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';
import { findUsername, toSites } from '../vault/public-members.ts';

/**
 * By position in `inputs`, whose labels are those they have among themselves. What is the same in everything that tells
 * accounts apart is met first, for all of them, and only then what shares a site, or a label but for its number.
 */
export function findMatches(
  inputs: readonly CredentialInput[],
  vault: readonly CredentialSummary[],
): ReadonlyMap<number, CredentialSummary> {
  const found = new Map<number, CredentialSummary>();
  const given = new Set<string>();
  const stored = vault.map((credential) => ({ credential, identity: toStoredIdentity(credential) }));
  const wanted = inputs.map(toIdentity);
  const labels = new Set(wanted.map(toLabelKey));
  for (const toKeys of [toExactKeys, toNearKeys]) {
    const byKey = new Map<string, CredentialSummary[]>();
    for (const { credential, identity } of stored) {
      // A numbered label that the file has itself belongs to that entry.
      const keys =
        toKeys === toNearKeys && labels.has(toLabelKey(identity)) && !isAccount(identity) ? [] : toKeys(identity);
      for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), credential]);
    }
    for (const [index, identity] of wanted.entries()) {
      if (found.has(index)) continue;
      const match = toKeys(identity)
        .flatMap((key) => byKey.get(key) ?? [])
        .find(({ id }) => !given.has(id));
      if (match === undefined || (toKeys === toNearKeys && !isAccount(identity) && !isTakenByOther(identity, vault)))
        continue;
      found.set(index, match);
      given.add(match.id);
    }
  }
  return found;
}

interface Identity {
  readonly kind: string;
  readonly service: string;
  readonly label: string;
  readonly username: string | undefined;
  readonly sites: readonly string[];
}

function toIdentity({ kind, service, label, public: members }: CredentialInput): Identity {
  const username = 'username' in members && members.username !== '' ? members.username : undefined;
  return { kind, service, label, username, sites: 'sites' in members ? members.sites : [] };
}

function toStoredIdentity(credential: CredentialSummary): Identity {
  const { kind, service, label } = credential;
  return { kind, service, label, username: findUsername(credential), sites: toSites(credential) };
}

/** A login is known by its name and sites, whatever it is called; everything else by its label. */
function isAccount({ kind, username, sites }: Identity): boolean {
  return kind === 'login' && (username !== undefined || sites.length > 0);
}

function toExactKeys(identity: Identity): string[] {
  const { kind, service, username, sites } = identity;
  if (!isAccount(identity)) return [toLabelKey(identity)];
  // Without a site it is the service that tells two accounts of one name apart.
  return [JSON.stringify([kind, username ?? null, sites.length === 0 ? service : sites.toSorted()])];
}

function toNearKeys(identity: Identity): string[] {
  const { kind, service, label, username, sites } = identity;
  if (!isAccount(identity)) return [JSON.stringify([kind, service, label.replace(/ \(\d+\)$/, '')])];
  return sites.map((site) => JSON.stringify([kind, username ?? null, site]));
}

function toLabelKey({ kind, service, label }: Identity): string {
  return JSON.stringify([kind, service, label]);
}

/** Only then an import has put a number to it. */
function isTakenByOther({ kind, service, label }: Identity, vault: readonly CredentialSummary[]): boolean {
  return vault.some((other) => other.service === service && other.label === label && other.kind !== kind);
}
