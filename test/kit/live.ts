// A reader of the live log that keeps what it got and says how many it has.

import { expect } from 'vitest';
import type { Client } from './client.ts';

export interface LiveReader {
  /** Sequence numbers in the order of their arrival. */
  readonly seqs: readonly number[];
  /** Errors that ended the stream. */
  readonly errors: readonly unknown[];
  /** Resolves when at least this many events have come. */
  waitFor(count: number, timeoutMs?: number): Promise<void>;
  stop(): void;
}

/** Reads from just behind `lastSeq`; after a lost connection the client resumes by itself. */
export function collectLive(client: Client, lastSeq: number | null): LiveReader {
  const seqs: number[] = [];
  const errors: unknown[] = [];
  const stream = client.audit.live.subscribe(
    { lastEventId: lastSeq === null ? null : String(lastSeq) },
    { onData: ({ data }) => seqs.push(data.seq), onError: (error) => errors.push(error) },
  );
  return {
    seqs,
    errors,
    waitFor: (count, timeoutMs = 20_000) => waitForCount(seqs, count, timeoutMs),
    stop: () => stream.unsubscribe(),
  };
}

/** The same, but a stream that ended with an error is taken up again behind its last event, as the dashboard does. */
export function followLive(client: Client, lastSeq: number | null): LiveReader {
  const seqs: number[] = [];
  const errors: unknown[] = [];
  let stopped = false;
  let stop = () => {};
  const follow = () => {
    const after = seqs.at(-1) ?? lastSeq;
    const stream = client.audit.live.subscribe(
      { lastEventId: after === null ? null : String(after) },
      {
        onData: ({ data }) => seqs.push(data.seq),
        onError: (error) => {
          errors.push(error);
          if (!stopped) setTimeout(follow, 200);
        },
      },
    );
    stop = () => stream.unsubscribe();
  };
  follow();
  return {
    seqs,
    errors,
    waitFor: (count, timeoutMs = 20_000) => waitForCount(seqs, count, timeoutMs),
    stop: () => {
      stopped = true;
      stop();
    },
  };
}

async function waitForCount(seqs: readonly number[], count: number, timeout: number): Promise<void> {
  await expect.poll(() => seqs.length, { timeout, interval: 20 }).toBeGreaterThanOrEqual(count);
}
