// What the database knows of the master keys: which versions there are, which of them seals, and what a service has wrapped.

import { hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Sql } from 'postgres';
import type { KeysByVersion } from './master-key.ts';

export interface MasterKeyRow {
  readonly version: number;
  readonly kind: 'given' | 'kms';
  readonly fingerprint: Buffer;
  readonly wrapped: Buffer | null;
  readonly kmsKeyId: string | null;
  /** Null: nothing was sealed with it yet. */
  readonly sealingSince: Date | null;
  readonly retiredAt: Date | null;
}

/** Those that are retired, too; in order of their versions. */
export function listMasterKeys(sql: Sql): Promise<MasterKeyRow[]> {
  return sql<MasterKeyRow[]>`
    select version, kind, fingerprint, wrapped, kms_key_id as "kmsKeyId", sealing_since as "sealingSince",
      retired_at as "retiredAt"
    from master_keys order by version`;
}

/** The version that seals: of those that are not retired the one that began last. */
export function findSealing(rows: readonly MasterKeyRow[]): MasterKeyRow | undefined {
  const begun = rows.filter(({ sealingSince, retiredAt }) => sealingSince !== null && retiredAt === null);
  return begun.toSorted((a, b) => toMs(b) - toMs(a) || b.version - a.version)[0];
}

const toMs = ({ sealingSince }: MasterKeyRow) => sealingSince?.getTime() ?? 0;

/** Notes keys that the operator keeps and that the database has not heard of. They do not seal yet. */
export async function noteGiven(sql: Sql, rows: readonly MasterKeyRow[], given: KeysByVersion): Promise<boolean> {
  const known = new Set(rows.map(({ version }) => version));
  const fresh = [...given].filter(([version]) => !known.has(version));
  for (const [version, key] of fresh) {
    await sql`
      insert into master_keys (version, kind, fingerprint) values (${version}, 'given', ${toFingerprint(key)})
      on conflict (version) do nothing`;
  }
  return fresh.length > 0;
}

/** Notes a key that a service has wrapped. False where the version is another one's already. */
export async function noteWrapped(
  sql: Sql,
  version: number,
  key: Buffer,
  wrapped: { bytes: Buffer; kmsKeyId: string },
  sealingSince: Date | null = null,
): Promise<boolean> {
  const rows = await sql`
    insert into master_keys (version, kind, fingerprint, wrapped, kms_key_id, sealing_since)
    values (${version}, 'kms', ${toFingerprint(key)}, ${wrapped.bytes}, ${wrapped.kmsKeyId}, ${sealingSince})
    on conflict (version) do nothing returning version`;
  return rows.length > 0;
}

/** The first keys of an installation, all at once; the highest seals. Who comes second changes nothing. */
export async function noteFirst(sql: Sql, given: KeysByVersion, nowMs: number): Promise<void> {
  const versions = [...given.keys()].sort((a, b) => a - b);
  const rows = versions.map((version, place) => ({
    version,
    kind: 'given',
    fingerprint: toFingerprint(given.get(version) ?? Buffer.alloc(0)),
    // In the order in which they will have sealed.
    sealing_since: new Date(nowMs - (versions.length - place) * 1000),
  }));
  await sql`insert into master_keys ${sql(rows)} on conflict (version) do nothing`;
}

export function isKeyOf({ fingerprint }: Pick<MasterKeyRow, 'fingerprint'>, key: Buffer): boolean {
  return timingSafeEqual(fingerprint, toFingerprint(key));
}

/** Derived, so that it tells nothing of the key, which is random and cannot be tried out. */
function toFingerprint(key: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'keytrail/fingerprint/v1', 16));
}
