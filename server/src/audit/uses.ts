// The uses that a log holds: accesses that were allowed, by whom or of what is asked for.

import type { AuditEvent } from '@keytrail/shared/event';
import { parseLine } from '@keytrail/shared/leaf';
import type { PolicyTarget } from '@keytrail/shared/policy';
import { type Database, readAsAccount } from '../base/db.ts';

const batchSize = 500;

/**
 * Visits the uses that any of the targets took part in, oldest first, from a moment on. In batches, between which the
 * event loop turns and nothing is held but the batch.
 */
export function visitUses(
  db: Database,
  accountId: string,
  which: { targets: readonly PolicyTarget[]; fromMs: number },
  visit: (use: AuditEvent) => void,
): Promise<void> {
  const idsOf = (kind: PolicyTarget['kind']) =>
    which.targets.filter((target) => target.kind === kind).map(({ id }) => id);
  return readAsAccount(db, accountId, async (tx) => {
    await tx<{ line: string }[]>`
      select line from events
      where account_id = ${accountId} and recorded_at >= ${new Date(which.fromMs).toISOString()}::timestamptz
        and recorded_at >= coalesce(
          (select pruned_until from event_rollups where account_id = ${accountId}), '-infinity')
        and type in ('agent_access', 'secret_access') and outcome = 'ok'
        and (agent_id = any(${idsOf('agent')}::uuid[]) or credential_id = any(${idsOf('credential')}::uuid[])
          or proxy_id = any(${idsOf('proxy')}::uuid[]))
      order by recorded_at`.cursor(batchSize, (rows) => {
      for (const { line } of rows) {
        const event = parseLine(line);
        // What an upstream answered belongs to a use that has an event of its own.
        if (event.action !== 'result' && event.action !== 'deliver') visit(event);
      }
    });
  });
}
