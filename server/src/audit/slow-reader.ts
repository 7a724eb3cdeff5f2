// Bounds how long a reader of the live log may leave an event waiting: a connection that nobody reads from is ended.

import { AppError } from '@keytrail/shared/errors';

/** Long enough for a laptop's hiccup; whoever is cut resumes behind the last event that it got. */
const limits = { patienceMs: 10_000, graceMs: 5_000 };

/**
 * Passes values on, each only when the reader asks for it, so that nothing gathers here. A reader that leaves a value
 * waiting for `patienceMs` gets `reader_too_slow` if it then reads on; one that does not is cut `graceMs` later.
 * @param cut ends the reader's connection, whatever is still on its way to it.
 */
export async function* dropSlowReader<Value>(
  values: AsyncIterable<Value>,
  cut: () => void,
  { patienceMs, graceMs } = limits,
): AsyncGenerator<Value> {
  for await (const value of values) {
    const offeredAt = performance.now();
    const timer = setTimeout(cut, patienceMs + graceMs);
    try {
      yield value;
    } finally {
      clearTimeout(timer);
    }
    if (performance.now() - offeredAt > patienceMs) {
      throw new AppError('reader_too_slow', { message: `nobody read for ${patienceMs} ms` });
    }
  }
}
