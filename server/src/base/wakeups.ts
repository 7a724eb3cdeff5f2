// Who waits for news of which account, on this node. A wake-up says only "look again": the table is the truth.

/** Callbacks by account, each with what it listens for. Waking an account calls each of them once per `wait`. */
export class Wakeups {
  readonly #waiting = new Map<string, Map<() => void, string>>();

  wake(accountId: string): void {
    for (const resume of this.#waiting.get(accountId)?.keys() ?? []) resume();
  }

  wakeAll(): void {
    for (const accountId of [...this.#waiting.keys()]) this.wake(accountId);
  }

  /** How many listen for news of an account on this node, to the same end. */
  countListeners(accountId: string, purpose: string): number {
    return [...(this.#waiting.get(accountId)?.values() ?? [])].filter((other) => other === purpose).length;
  }

  /**
   * Starts listening at once and returns a `wait` that resolves when the account was woken since the last wait
   * returned, after `timeoutMs`, or when `signal` aborts. Starting before the first read closes the gap between
   * reading and waiting. A `wait` with `pauseMs` returns no sooner than that after the one before it.
   * @param purpose told apart by `countListeners`.
   */
  listen(
    accountId: string,
    signal: AbortSignal,
    purpose: string,
  ): { wait(timeoutMs: number, pauseMs?: number): Promise<void>; stop(): void } {
    let woken = false;
    let returnedAt = performance.now();
    let resume = () => {};
    const callback = () => {
      woken = true;
      resume();
    };
    const callbacks = this.#waiting.get(accountId) ?? new Map();
    this.#waiting.set(accountId, callbacks.set(callback, purpose));
    signal.addEventListener('abort', callback, { once: true });
    return {
      wait: async (timeoutMs, pauseMs = 0) => {
        if (!woken) {
          let timer: NodeJS.Timeout | undefined;
          await new Promise<void>((resolve) => {
            resume = resolve;
            timer = setTimeout(resolve, timeoutMs).unref();
          });
          clearTimeout(timer);
        }
        const restMs = returnedAt + pauseMs - performance.now();
        if (restMs > 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, restMs));
        returnedAt = performance.now();
        woken = signal.aborted;
      },
      stop: () => {
        signal.removeEventListener('abort', callback);
        callbacks.delete(callback);
        if (callbacks.size === 0) this.#waiting.delete(accountId);
      },
    };
  }
}
