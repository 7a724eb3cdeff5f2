// Group commit: whatever arrives while one batch is under way goes as the next. No timer, so an idle queue adds no
// wait and a busy one shares each commit among all that queue for it.

/** A queue whose items are carried out in batches, one batch at a time, each answered on its own. */
export class GroupCommit<Item, Answer> {
  readonly #carryOut: (items: Item[]) => Promise<(Answer | Error)[]>;
  readonly #keyOf: (item: Item) => string;
  readonly #batchMax: number;
  #waiting: Waiting<Item, Answer>[] = [];
  #running: Promise<void> | null = null;

  /**
   * @param carryOut carries out a batch and answers in its order: an Error fails its item, a throw fails them all.
   * @param keyOf two items of one key never share a batch, so that a repeat sees its first.
   */
  constructor(options: {
    carryOut: (items: Item[]) => Promise<(Answer | Error)[]>;
    keyOf: (item: Item) => string;
    batchMax: number;
  }) {
    this.#carryOut = options.carryOut;
    this.#keyOf = options.keyOf;
    this.#batchMax = options.batchMax;
  }

  enqueue(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once everything enqueued so far is answered. */
  async flush(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    // A turn's grace lets the callers of this very moment share the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        const answers = await this.#carryOut(batch.map(({ item }) => item));
        batch.forEach(({ resolve, reject }, index) => {
          const answer = answers[index];
          if (answer === undefined || answer instanceof Error) reject(answer ?? new Error('no answer for this item'));
          else resolve(answer);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = null;
  }

  #takeBatch(): Waiting<Item, Answer>[] {
    const keys = new Set<string>();
    const batch: Waiting<Item, Answer>[] = [];
    const later: Waiting<Item, Answer>[] = [];
    for (const entry of this.#waiting) {
      const key = this.#keyOf(entry.item);
      if (batch.length < this.#batchMax && !keys.has(key)) {
        keys.add(key);
        batch.push(entry);
      } else {
        later.push(entry);
      }
    }
    this.#waiting = later;
    return batch;
  }
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
