// Loads that many ask for at once. Whoever asks while one is under way shares the next with all others who do: each gets
// what was read after it had asked, never before, and a busy key costs the database one load at a time.

interface Load<Value> {
  readonly underWay: Promise<Value>;
  next: Promise<Value> | null;
}

/** Loads by key; nothing is kept once it is answered. */
export class SharedLoads<Value> {
  readonly #byKey = new Map<string, Load<Value>>();

  /** `load` begins at the earliest when it is called for; it must answer the same to all who ask by this key. */
  ask(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#byKey.get(key);
    if (known === undefined) return this.#start(key, load);
    const start = () => this.#start(key, load);
    known.next ??= known.underWay.then(start, start);
    return known.next;
  }

  #start(key: string, load: () => Promise<Value>): Promise<Value> {
    const started: Load<Value> = { underWay: load(), next: null };
    this.#byKey.set(key, started);
    const forget = () => {
      if (started.next === null) this.#byKey.delete(key);
    };
    started.underWay.then(forget, forget);
    return started.underWay;
  }
}
