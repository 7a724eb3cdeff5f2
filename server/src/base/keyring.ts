// The master keys that a server holds: those its operator keeps and those a service unwraps for it, looked up again and
// again, so that a rotation reaches a server at work. The database says which version seals, and which are retired.

import { AppError } from '@keytrail/shared/errors';
import type { Sql } from 'postgres';
import { ConfigError } from './config.ts';
import type { MasterKeys } from './envelope.ts';
import { type Kms, KmsError } from './kms.ts';
import type { Log } from './log.ts';
import type { KeysByVersion } from './master-key.ts';
import { anotherKey } from './master-key-check.ts';
import { noteFirstKeys } from './master-key-first.ts';
import { findSealing, isKeyOf, listMasterKeys, type MasterKeyRow, noteGiven } from './master-key-rows.ts';
import { UnwrappedKeys } from './unwrapped-keys.ts';

/** Where a server gets its keys. */
export interface KeySources {
  /** What the operator keeps, as it is at the moment of asking. */
  readonly readGiven: () => Promise<KeysByVersion>;
  readonly kms: Kms | null;
  /** For how long a key that the service unwrapped is held without asking it again. */
  readonly kmsCacheMs: number;
}

interface Parts {
  readonly sql: Sql;
  readonly sources: KeySources;
  readonly log: Pick<Log, 'error'>;
  readonly nowMs: () => number;
}

/**
 * A server that has not looked for so long seals no more: soon a rotation takes it for gone, and then the version that it
 * believes to seal may be retired.
 */
const sealingLeaseMs = 60_000;

export class Keyring implements MasterKeys {
  readonly #parts: Parts;
  readonly #unwrapped: UnwrappedKeys;
  #rows: readonly MasterKeyRow[] = [];
  #given: KeysByVersion = new Map();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> = Promise.resolve();
  #complaint = '';

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#unwrapped = new UnwrappedKeys({ ...parts.sources, nowMs: parts.nowMs });
  }

  /** Throws a ConfigError unless every version that anything may stand under is held. */
  static async open(parts: Parts): Promise<Keyring> {
    await noteFirstKeys(parts.sql, parts.sources, parts.nowMs());
    const keyring = new Keyring(parts);
    const failures = await keyring.#lookUp();
    keyring.#verifyWhole(failures);
    return keyring;
  }

  getSealing(): number {
    const sealing = findSealing(this.#rows);
    if (sealing === undefined || this.ageMs() > sealingLeaseMs) {
      throw toUnavailable('the database has not said for a minute which version of the master key seals');
    }
    return sealing.version;
  }

  getKey(version: number): Buffer {
    const key = this.#findKey(version);
    if (key !== undefined) return key;
    const row = this.#rows.find((known) => known.version === version);
    // Ours to have, and the service does not give it to us: that will pass.
    if (row?.kind === 'kms' && row.retiredAt === null)
      throw toUnavailable(`master key version ${version} is not unwrapped`);
    throw new Error(`master key version ${version} is not held`);
  }

  listHeld(): number[] {
    return this.#rows.map(({ version }) => version).filter((version) => this.#findKey(version) !== undefined);
  }

  /** All that are known, held or not. */
  listRows(): readonly MasterKeyRow[] {
    return this.#rows;
  }

  /** How long ago it looked. */
  ageMs(): number {
    return performance.now() - this.#lookedAtMs;
  }

  /** Looks once more. What cannot be had is logged, once, and what is held stays. Throws where the database is away. */
  refresh(): Promise<void> {
    const look = this.#looking.then(async () => {
      const failures = (await this.#lookUp()).map(({ message }) => message).join(' ');
      if (failures !== '' && failures !== this.#complaint)
        this.#parts.log.error({ failures }, 'master keys are missing');
      this.#complaint = failures;
    });
    this.#looking = look.catch(() => {});
    return look;
  }

  #findKey(version: number): Buffer | undefined {
    return this.#given.get(version) ?? this.#unwrapped.get(version);
  }

  async #lookUp(): Promise<Error[]> {
    const { sql, sources } = this.#parts;
    const failures: Error[] = [];
    const given = await sources.readGiven().catch((error: Error) => {
      failures.push(error);
      return this.#given;
    });
    let rows = await listMasterKeys(sql);
    if (await noteGiven(sql, rows, given)) rows = await listMasterKeys(sql);
    const lookedAtMs = performance.now();
    const inUse = rows.filter(({ retiredAt }) => retiredAt === null);
    for (const { version, retiredAt } of rows) if (retiredAt !== null) this.#unwrapped.forget(version);
    const looks = inUse.filter(({ kind }) => kind === 'kms').map((row) => this.#unwrapped.look(row));
    for (const look of await Promise.allSettled(looks)) if (look.status === 'rejected') failures.push(look.reason);
    const { ours, strange } = sortGiven(inUse, given);
    failures.push(...strange.map((version) => new ConfigError(toStrange(version))));
    this.#given = ours;
    this.#rows = rows;
    this.#lookedAtMs = lookedAtMs;
    return failures;
  }

  #verifyWhole(failures: readonly Error[]): void {
    const missing = this.#rows.filter(
      ({ version, sealingSince, retiredAt }) =>
        sealingSince !== null && retiredAt === null && this.#findKey(version) === undefined,
    );
    const [first] = missing;
    if (first === undefined) return;
    const failure = failures.find((error) => error instanceof KmsError || error instanceof ConfigError) ?? failures[0];
    if (failure !== undefined) throw new ConfigError(failure.message, { cause: failure });
    throw new ConfigError(toMissing(first, this.listHeld().length > 0));
  }
}

/** Which of the operator's keys are those that the database means, and which only have their numbers. */
function sortGiven(rows: readonly MasterKeyRow[], given: KeysByVersion): { ours: KeysByVersion; strange: number[] } {
  const ours = new Map<number, Buffer>();
  const strange: number[] = [];
  for (const row of rows) {
    const key = row.kind === 'given' ? given.get(row.version) : undefined;
    if (key === undefined) continue;
    if (isKeyOf(row, key)) ours.set(row.version, key);
    else strange.push(row.version);
  }
  return { ours, strange };
}

function toStrange(version: number): string {
  return `Master key version ${version} is another key here than in this database: set KEYTRAIL_MASTER_KEY, or put back the master.key file, that it was last used with.`;
}

function toMissing({ version, kind }: MasterKeyRow, holdsOthers: boolean): string {
  if (kind === 'kms') return `Master key version ${version} is wrapped by AWS KMS: set KEYTRAIL_KMS_KEY_ID to its key.`;
  if (!holdsOthers) return anotherKey;
  return `Master key version ${version} is in use and not among this server’s keys: put it into KEYTRAIL_MASTER_KEY or the master.key file.`;
}

function toUnavailable(message: string): AppError {
  return new AppError('master_key_unavailable', { message });
}
