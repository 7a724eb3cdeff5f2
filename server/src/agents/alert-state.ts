// What alerts remember from one event to the next: bursts of denials under way and tokens that fail to refresh. It is kept beside
// the cursor and moves with it, so that a flood costs no query of its own.

import { z } from 'zod';

const burst = z.object({
  /** Denials that are no burst yet: when, and how many each event stands for. Empty once they are one. */
  recent: z.array(z.object({ atMs: z.number(), count: z.number() })),
  firstMs: z.number(),
  lastMs: z.number(),
  total: z.number(),
  /** How many there were when it was last said; 0 before it was. */
  saidTotal: z.number(),
  rules: z.array(z.string()),
});
export type Burst = z.infer<typeof burst>;

const state = z.object({
  /** By who is refused. */
  bursts: z.record(z.string(), burst).default({}),
  /** By credential: when the owner was last told that it does not refresh. */
  failing: z.record(z.string(), z.number()).default({}),
});
export type AlertState = z.infer<typeof state>;

/** Reads what was stored; what cannot be read is forgotten, which may repeat an alert and loses none. */
export function parseAlertState(stored: unknown): AlertState {
  return state.catch({ bursts: {}, failing: {} }).parse(stored);
}
