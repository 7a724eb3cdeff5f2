// A bounded memory of keys, for what may be done once too often but not for every request.

/** Remembers up to `max` keys; a full memory is emptied rather than searched for what is oldest. */
export class RecentKeys {
  readonly #keys = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** True when the key is not remembered, which it is from now on. */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false;
    if (this.#keys.size >= this.#max) this.#keys.clear();
    this.#keys.add(key);
    return true;
  }
}
