// What the owner reads of the calls that they are asked about. What they approve is compared by this text, so it names each
// of them whole, or says that it does not: no call hides behind another one's name.

import { createHash } from 'node:crypto';
import { toOneLine } from '@keytrail/shared/text';

/** Of all calls together, but for the marks. */
const charactersMax = 4000;

/** What no screen shows. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Marks above each other until they lie over the lines beside them. */
const stacked = /(\p{M}{3})\p{M}+/gu;
/** A name that reads as several. */
const several = /, | ×/;

/** @param calls what would go out together, in its order: attacker-controlled. */
export function toAsked(calls: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(call, (counts.get(call) ?? 0) + 1);
  const all = [...counts].reduce((sum, [{ length }]) => sum + length, 0);
  const lengthMax = all <= charactersMax ? charactersMax : Math.floor(charactersMax / counts.size);
  return [...counts]
    .map(([call, count]) => (count === 1 ? toShown(call, lengthMax) : `${toShown(call, lengthMax)} ×${count}`))
    .join(', ');
}

/** Two that look alike are not the same: one that is not shown as it is bears a mark of its own. */
function toShown(call: string, lengthMax: number): string {
  const shown = toOneLine(call.replace(unseen, '').replace(stacked, '$1'), lengthMax);
  if (shown === call && !several.test(call)) return call;
  return `${shown} … (${createHash('sha256').update(call).digest('hex').slice(0, 12)})`;
}
