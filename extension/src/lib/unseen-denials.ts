// How many denials nobody has looked at yet: what the toolbar's badge counts, and the popup says.

import type { CacheReader } from './cache-reader.ts';

/** Denials and not events: one event stands for many where an agent was refused the same thing in a flood. */
export async function countUnseenDenials(reader: CacheReader): Promise<number> {
  const { unseenFrom } = await reader.readState();
  if (unseenFrom === null) return 0;
  const [events, folded] = await Promise.all([
    reader.countDenialEvents(unseenFrom),
    reader.listFoldedDenials(unseenFrom),
  ]);
  return folded.reduce((sum, count) => sum + count - 1, events);
}
