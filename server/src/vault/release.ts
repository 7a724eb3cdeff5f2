// Turns opened fields into what leaves on use: a seed leaves as its code, refresh material not at all.

import { type CredentialKind, releasableFields, totpSeedField } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import { readTotpSeed, type TotpSettings } from '@keytrail/shared/totp-seed';
import { Secret, TOTP } from 'otpauth';
import type { CredentialRow } from './credentials.ts';

type Releasing = Pick<CredentialRow, 'kind' | 'sealed' | 'public'>;

/** What the owner gets: the fields they name, or all that this kind releases. Throws for an unknown name. */
export function chooseForOwner(row: Releasing, asked: readonly string[] | undefined): string[] {
  return chooseFields(row, asked, 'owner');
}

/**
 * What an agent gets. Asking for everything means everything that the grant covers. A name that a limited grant does not
 * cover goes to the decision as it is, whether there is such a field or not; only who may have them all is told which
 * there are.
 */
export function chooseForAgent(row: Releasing, covered: readonly string[] | null, asked: string | undefined): string[] {
  if (asked !== undefined && covered !== null && !covered.includes(asked)) return [asked];
  if (asked !== undefined) return chooseFields(row, [asked], 'agent');
  const releasable = chooseFields(row, undefined, 'agent');
  return covered === null ? releasable : releasable.filter((name) => covered.includes(name));
}

/** Throws for a name that does not leave on use. What asks for fields was checked before; what was stored may have aged. */
export function verifyReleasable(row: Releasing, fields: readonly string[]): void {
  chooseFields(row, fields, 'owner');
}

function chooseFields(row: Releasing, asked: readonly string[] | undefined, asker: 'owner' | 'agent'): string[] {
  const sealedFields = Object.keys(row.sealed);
  const releasable = releasableFields(row.kind, sealedFields, row.public);
  if (asked === undefined) return releasable;
  // Notes are the owner's own; agents have no use for them.
  const allowed = asker === 'owner' && sealedFields.includes('notes') ? [...releasable, 'notes'] : releasable;
  for (const field of asked) {
    if (!allowed.includes(field)) {
      throw new AppError('field_unknown', {
        message: `field ${JSON.stringify(field)} is not releasable from a ${row.kind}`,
        public: `This credential has no field ${JSON.stringify(field)}; it has ${allowed.join(', ')}.`,
      });
    }
  }
  return [...asked];
}

/** The sealed fields that must be opened to release these. */
export function toSealedNames(
  kind: CredentialKind,
  fields: readonly string[],
  publicNames: readonly string[],
): string[] {
  return fields
    .filter((field) => !publicNames.includes(field))
    .map((field) => (field === 'totp' ? (totpSeedField(kind) ?? field) : field));
}

/** The values that leave, by field name. `opened` holds the sealed fields that `toSealedNames` asked for. */
export function toReleasedValues(
  kind: CredentialKind,
  fields: readonly string[],
  opened: Readonly<Record<string, string>>,
  publicPart: Readonly<Record<string, unknown>>,
  nowMs: number,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of fields) {
    const seedField = field === 'totp' ? totpSeedField(kind) : null;
    const value = seedField === null ? (opened[field] ?? publicPart[field]) : toCode(opened[seedField] ?? '', nowMs);
    // A public member that was never filled in, such as an empty chain, is simply not there.
    if (typeof value === 'string') values[field] = value;
  }
  return values;
}

/** When what leaves is worth nothing any more: at the end of a code's period (RFC 3339); null for what lasts. */
export function findValidUntil(
  kind: CredentialKind,
  fields: readonly string[],
  opened: Readonly<Record<string, string>>,
  nowMs: number,
): string | null {
  const seed = fields.includes('totp') ? opened[totpSeedField(kind) ?? ''] : undefined;
  if (seed === undefined) return null;
  const periodMs = readSettings(seed).periodSeconds * 1000;
  return new Date((Math.floor(nowMs / periodMs) + 1) * periodMs).toISOString();
}

function toCode(seed: string, nowMs: number): string {
  const { secret, algorithm, digits, periodSeconds } = readSettings(seed);
  return new TOTP({ secret: Secret.fromBase32(secret), algorithm, digits, period: periodSeconds }).generate({
    timestamp: nowMs,
  });
}

function readSettings(seed: string): TotpSettings {
  const settings = readTotpSeed(seed);
  if (settings === null) throw new Error('a stored seed is none');
  return settings;
}
