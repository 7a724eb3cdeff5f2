// Whether a key still works.

import type { AgentKeySummary } from '@keytrail/shared/agent';

/** True until its end has come. */
export function isWorking({ endsAt }: Pick<AgentKeySummary, 'endsAt'>, nowMs: number): boolean {
  return endsAt === null || Date.parse(endsAt) > nowMs;
}
