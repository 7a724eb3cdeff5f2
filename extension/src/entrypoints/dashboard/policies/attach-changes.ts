// What a set of ticks changes about a policy's attachments.

import type { PolicyTarget } from '@keytrail/shared/policy';

export type TargetKey = `${PolicyTarget['kind']} ${string}`;

/** Tells targets of all kinds apart. */
export function toTargetKey({ kind, id }: PolicyTarget): TargetKey {
  return `${kind} ${id}`;
}

/** What is to be attached and what detached, so that exactly the ticked ones are. */
export function toChanges(
  attached: readonly PolicyTarget[],
  all: readonly PolicyTarget[],
  ticked: ReadonlySet<TargetKey>,
): { attach: PolicyTarget[]; detach: PolicyTarget[] } {
  const before = new Set(attached.map(toTargetKey));
  const bare = ({ kind, id }: PolicyTarget): PolicyTarget => ({ kind, id });
  return {
    attach: all.filter((target) => ticked.has(toTargetKey(target)) && !before.has(toTargetKey(target))).map(bare),
    detach: attached.filter((target) => !ticked.has(toTargetKey(target))).map(bare),
  };
}
