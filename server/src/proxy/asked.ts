// What the owner reads of the calls that they are asked about. What they approve is compared by this text, so it names each
// of them whole, or says that it does not.

import { createHash } from 'node:crypto';
import { toOneLine } from '@keytrail/shared/text';

const charactersMax = 4000;

/** @param calls what would go out together, in its order: attacker-controlled. */
export function toAsked(calls: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(call, (counts.get(call) ?? 0) + 1);
  const text = [...counts].map(([call, count]) => (count === 1 ? call : `${call} ×${count}`)).join(', ');
  const shown = toOneLine(text, charactersMax);
  // Two that look alike are not the same.
  return shown === text ? text : `${shown} … (${createHash('sha256').update(text).digest('hex').slice(0, 12)})`;
}
