// Group commit: whatever arrives while batches are under way goes together as the next, so an idle queue adds no wait and
// a busy one shares each commit among all that queue for it. Only what nobody waits for may wait for others.

/** Fewer are not shared out. */
const batchMin = 4;

/** A queue whose items are carried out in batches, a few at a time, each item answered on its own. */
export class GroupCommit<Item, Answer> {
  readonly #options: GroupCommitOptions<Item, Answer>;
  readonly #keysUnderWay = new Set<string>();
  readonly #batchesUnderWay = new Set<Promise<void>>();
  #waiting: Waiting<Item, Answer>[] = [];
  #starting = false;
  #patient: NodeJS.Timeout | null = null;

  constructor(options: GroupCommitOptions<Item, Answer>) {
    this.#options = options;
  }

  /** @param patienceMs for how long it may wait for a batch that starts for another. */
  enqueue(item: Item, patienceMs = 0): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, key: this.#options.keyOf(item), resolve, reject });
      if (patienceMs === 0) this.#startSoon();
      else this.#startWithin(patienceMs);
    });
  }

  /** Resolves once everything enqueued so far is answered. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#batchesUnderWay.size > 0) {
      this.#startSoon();
      await new Promise(setImmediate);
      await Promise.all(this.#batchesUnderWay);
    }
  }

  /**
   * On an idle queue right after the caller's own code; on a busy one at the end of the turn, so that all who were
   * answered by one batch share the next.
   */
  #startSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    const later = this.#batchesUnderWay.size === 0 ? queueMicrotask : setImmediate;
    later(() => {
      this.#starting = false;
      this.#startBatches();
    });
  }

  #startWithin(patienceMs: number): void {
    this.#patient ??= setTimeout(() => {
      this.#patient = null;
      this.#startSoon();
    }, patienceMs);
  }

  #startBatches(): void {
    while (this.#batchesUnderWay.size < this.#options.batchesUnderWayMax) {
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      const done = this.#carryOut(batch).then(() => {
        this.#batchesUnderWay.delete(done);
        for (const { key } of batch) this.#keysUnderWay.delete(key);
        this.#startSoon();
      });
      this.#batchesUnderWay.add(done);
    }
  }

  async #carryOut(batch: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.carryOut(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined || answer instanceof Error) reject(answer ?? new Error('no answer for this item'));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #takeBatch(): Waiting<Item, Answer>[] {
    const batch: Waiting<Item, Answer>[] = [];
    const later: Waiting<Item, Answer>[] = [];
    // Shared evenly among the free places: with everything in one batch, preparing and storing would take turns.
    const free = this.#options.batchesUnderWayMax - this.#batchesUnderWay.size;
    const share = Math.min(Math.max(Math.ceil(this.#waiting.length / free), batchMin), this.#options.batchMax);
    for (const entry of this.#waiting) {
      if (batch.length < share && !this.#keysUnderWay.has(entry.key)) {
        this.#keysUnderWay.add(entry.key);
        batch.push(entry);
      } else {
        later.push(entry);
      }
    }
    this.#waiting = later;
    return batch;
  }
}

export interface GroupCommitOptions<Item, Answer> {
  /** Carries out a batch and answers in its order: an Error fails its item, a throw fails them all. */
  readonly carryOut: (items: Item[]) => Promise<(Answer | Error)[]>;
  /** Two items of one key are never under way together, so that a repeat sees its first. */
  readonly keyOf: (item: Item) => string;
  readonly batchMax: number;
  /** While one batch is with the database, the next can be made ready. */
  readonly batchesUnderWayMax: number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly key: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
