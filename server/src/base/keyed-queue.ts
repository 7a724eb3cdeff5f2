// Work that is due by key: one key at a time, in the order asked for, and a key that is asked for again while it waits
// is done once.

/** Runs `work` for each requested key, one after the other. */
export class KeyedQueue {
  readonly #work: (key: string) => Promise<void>;
  readonly #gatherMs: number;
  readonly #waiting = new Set<string>();
  #running: Promise<void> | null = null;
  #endGathering = () => {};

  /**
   * @param work must not reject.
   * @param options.gatherMs for how long requests come together before each round of work: many for one key cost one.
   */
  constructor(work: (key: string) => Promise<void>, options: { gatherMs?: number } = {}) {
    this.#work = work;
    this.#gatherMs = options.gatherMs ?? 0;
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
    this.#endGathering();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      if (this.#gatherMs > 0) await this.#gather();
      for (const key of this.#takeRound()) {
        if (!this.#waiting.delete(key)) continue; // Stopped meanwhile.
        await this.#work(key);
      }
    }
    this.#running = null;
  }

  /** Without gathering, what is asked for during a round belongs to it. */
  #takeRound(): Iterable<string> {
    return this.#gatherMs > 0 ? [...this.#waiting] : this.#waiting;
  }

  async #gather(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#endGathering = resolve;
      timer = setTimeout(resolve, this.#gatherMs);
    });
    clearTimeout(timer);
  }
}
