// Refusals and failures in the log. A flood of an agent's or a proxy's cannot fill it: beyond what one may have recorded in
// a minute, alike ones are counted aside and become one event that says how many there were. None is answered before it
// is counted.

import { createHash } from 'node:crypto';
import { canonicalize } from '@keytrail/shared/canonical';
import type { AuditEvent, EventDraft } from '@keytrail/shared/event';
import { sql } from 'drizzle-orm';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { denialFolds } from '../base/schema.ts';
import { append } from './append.ts';

/** So many refusals and failures of one agent or proxy within a minute are events of their own. */
export const denialsMax = 60;
const windowMs = 60_000;

/** What makes two refusals alike. Not the service: where no credential is meant, it is whatever the agent makes up. */
const alikeMembers = [
  'type',
  'action',
  'source',
  'title',
  'agentId',
  'proxyId',
  'keyId',
  'rule',
  'decidingPolicyId',
  'credentialId',
] as const satisfies readonly (keyof EventDraft)[];

/**
 * Records that somebody did not get what they asked for; durable once this returns. Null where it is one of a flood of an
 * agent's or a proxy's: then it is counted, and `flushDenialFolds` records it within about a minute.
 */
export async function recordDenial(ctx: Context, accountId: string, draft: EventDraft): Promise<AuditEvent | null> {
  const refusedId = draft.agentId ?? draft.proxyId;
  if (refusedId === undefined) return append(ctx, accountId, draft);
  const answer = await append(ctx, accountId, draft, [{ key: `denials ${refusedId}`, usesMax: denialsMax, windowMs }]);
  if (answer.outcome === 'recorded') return answer.event;
  await fold(ctx, accountId, draft);
  return null;
}

/** Counts the refusal with those that are alike. What the draft keeps to say is what all of them have in common. */
async function fold(ctx: Context, accountId: string, draft: EventDraft): Promise<void> {
  const now = new Date(ctx.nowMs());
  await withAccount(ctx.db, accountId, (tx) =>
    tx
      .insert(denialFolds)
      .values({ accountId, fold: toFoldKey(draft), draft, count: 1, firstAt: now, lastAt: now })
      .onConflictDoUpdate({
        target: [denialFolds.accountId, denialFolds.fold],
        set: {
          count: sql`${denialFolds.count} + 1`,
          draft: sql`common_members(${denialFolds.draft}, excluded.draft)`,
          firstAt: sql`least(${denialFolds.firstAt}, excluded.first_at)`,
          lastAt: sql`greatest(${denialFolds.lastAt}, excluded.last_at)`,
        },
      }),
  );
}

function toFoldKey(draft: EventDraft): string {
  const alike = Object.fromEntries(alikeMembers.map((name) => [name, draft[name] ?? null]));
  return createHash('sha256').update(canonicalize(alike)).digest('base64url');
}
