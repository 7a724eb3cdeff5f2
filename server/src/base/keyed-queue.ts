// Work that is due by key: one key at a time, in the order asked for, and a key that is asked for again while it waits
// is done once.

/** Runs `work` for each requested key, one after the other. */
export class KeyedQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  #running: Promise<void> | null = null;

  /** @param work must not reject. */
  constructor(work: (key: string) => Promise<void>) {
    this.#work = work;
  }

  request(key: string): void {
    this.#waiting.add(key);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is waiting or under way. */
  async settle(): Promise<void> {
    await this.#running;
  }

  /** Forgets what has not begun and resolves when the work under way has ended. */
  async stop(): Promise<void> {
    this.#waiting.clear();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (const key of this.#waiting) {
      this.#waiting.delete(key);
      await this.#work(key);
    }
    this.#running = null;
  }
}
