// Master keys that a key management service has unwrapped, held for a while, so that the service is on no request's path and
// may be away for a moment.

import type { Kms } from './kms.ts';
import type { MasterKeyRow } from './master-key-rows.ts';
import { isKeyOf } from './master-key-rows.ts';

interface Held {
  readonly key: Buffer;
  readonly askedAtMs: number;
}

/** So that a service that is away is not asked at every look. */
const retryMs = 15_000;

export class UnwrappedKeys {
  readonly #kms: Kms | null;
  readonly #cacheMs: number;
  readonly #nowMs: () => number;
  readonly #held = new Map<number, Held>();
  readonly #retryAtMs = new Map<number, number>();

  constructor(parts: { kms: Kms | null; kmsCacheMs: number; nowMs: () => number }) {
    this.#kms = parts.kms;
    this.#cacheMs = parts.kmsCacheMs;
    this.#nowMs = parts.nowMs;
  }

  /** Undefined for a version that is not held, or has been for too long. */
  get(version: number): Buffer | undefined {
    const held = this.#held.get(version);
    if (held === undefined || this.#nowMs() - held.askedAtMs < this.#cacheMs) return held?.key;
    this.forget(version);
    return undefined;
  }

  /** Asks the service where it is time to: well before what is held has to go. Throws a KmsError; what is held stays. */
  async look(row: MasterKeyRow): Promise<void> {
    const { version, wrapped, kmsKeyId } = row;
    if (this.#kms === null || wrapped === null || kmsKeyId === null || !this.#isDue(version)) return;
    this.#retryAtMs.set(version, this.#nowMs() + retryMs);
    const askedAtMs = this.#nowMs();
    const key = await this.#kms.unwrap(version, { bytes: wrapped, kmsKeyId });
    if (!isKeyOf(row, key)) throw new Error(`what was unwrapped is not master key version ${version}`);
    this.#held.set(version, { key, askedAtMs });
    this.#retryAtMs.delete(version);
  }

  forget(version: number): void {
    this.#held.get(version)?.key.fill(0);
    this.#held.delete(version);
  }

  #isDue(version: number): boolean {
    const nowMs = this.#nowMs();
    const held = this.#held.get(version);
    const aged = held === undefined || nowMs - held.askedAtMs >= this.#cacheMs / 2;
    return aged && nowMs >= (this.#retryAtMs.get(version) ?? 0);
  }
}
