// Many events in one account, fast: through the log's own append, in batches that would be too large for a server.

import { mintBody } from '@keytrail/server/audit/append';
import { connect, type DatabaseTarget } from '@keytrail/server/base/db';
import { createRandomSource } from '@keytrail/server/base/random';
import { canonicalize } from '@keytrail/shared/canonical';
import type { EventDraft } from '@keytrail/shared/event';

const batchMax = 2000;

/** Appends `count` events, the nth as `make(n)` says. The database is migrated; the target may call `append_batch`. */
export async function seedEvents(
  target: DatabaseTarget,
  accountId: string,
  count: number,
  make: (n: number) => EventDraft,
): Promise<void> {
  const sql = connect(target, { max: 1 });
  const minting = { nowMs: Date.now, randomBytes: createRandomSource() };
  try {
    for (let first = 0; first < count; first += batchMax) {
      const bodies = Array.from({ length: Math.min(batchMax, count - first) }, (_, n) =>
        canonicalize({ ...mintBody(minting, make(first + n)) }),
      );
      const accountIds = bodies.map(() => accountId);
      await sql`select count(*) from append_batch(${accountIds}::uuid[], ${bodies}::text[], false)`;
    }
  } finally {
    await sql.end();
  }
}
