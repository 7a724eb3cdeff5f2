// Who waits for news of which account, on this node. A wake-up says only "look again": the table is the truth.

/** Callbacks by account. Waking an account calls each of its callbacks once per `wait`. */
export class Wakeups {
  readonly #waiting = new Map<string, Set<() => void>>();

  wake(accountId: string): void {
    for (const resume of this.#waiting.get(accountId) ?? []) resume();
  }

  wakeAll(): void {
    for (const accountId of [...this.#waiting.keys()]) this.wake(accountId);
  }

  /** How many listen for news of an account on this node. */
  countListeners(accountId: string): number {
    return this.#waiting.get(accountId)?.size ?? 0;
  }

  /**
   * Starts listening at once and returns a `wait` that resolves when the account was woken since the last wait
   * returned, after `timeoutMs`, or when `signal` aborts. Starting before the first read closes the gap between
   * reading and waiting.
   */
  listen(accountId: string, signal: AbortSignal): { wait(timeoutMs: number): Promise<void>; stop(): void } {
    let woken = false;
    let resume = () => {};
    const callback = () => {
      woken = true;
      resume();
    };
    const callbacks = this.#waiting.get(accountId) ?? new Set();
    this.#waiting.set(accountId, callbacks.add(callback));
    signal.addEventListener('abort', callback, { once: true });
    return {
      wait: async (timeoutMs) => {
        if (!woken) {
          let timer: NodeJS.Timeout | undefined;
          await new Promise<void>((resolve) => {
            resume = resolve;
            timer = setTimeout(resolve, timeoutMs).unref();
          });
          clearTimeout(timer);
        }
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
