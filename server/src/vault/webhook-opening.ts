// In place of opening, for what the owner's webhook holds: nothing is opened, but the webhook has to be there. What is about to leave is a
// ticket, and a proxied call stays one.

import type { EventAction } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import type { Context } from '../base/context.ts';
import { type Denied, deny, toPlainDenial } from './denial.ts';
import { fail } from './failure.ts';
import { findStale, type Renewed, type Stale, toRefreshTie, verifyFresh } from './fresh-token.ts';
import type { Tie } from './judge-call.ts';
import type { Allowed, Opened } from './opening.ts';
import { toRefreshWay } from './refresh-way.ts';
import { verifyReleasable } from './release.ts';
import { isWebhookUp } from './webhook-check.ts';
import { findWebhookLink } from './webhook-rows.ts';
import { toTicketNote, verifyTicketable } from './webhook-ticket.ts';

/**
 * A refusal with `webhook_down`, recorded, where the webhook is away. A token that is about to end is found stale where anybody renews it;
 * elsewhere it is given out as it is.
 */
export async function prepareTicket(
  ctx: Context,
  { row, fields, decision, draft }: Allowed,
  renewed: Renewed | null,
  tie: Tie | null,
): Promise<Opened | Stale | Denied> {
  const { accountId } = row;
  const type = draft.source === 'direct' ? 'secret_access' : 'agent_access';
  const webhook = await findWebhookLink(ctx, accountId).catch((error: unknown) =>
    fail(ctx, accountId, { ...draft, ...tie, type, fields }, error),
  );
  if (webhook === null || !(await isWebhookUp(ctx, webhook))) {
    const { policyIds, observed } = decision;
    return deny(ctx, accountId, { ...draft, ...tie }, { ...toPlainDenial('webhook_down'), policyIds, observed });
  }
  const waited = { ...draft, ...toRefreshTie(row, draft, renewed), ...tie, type } as const;
  const stale = toRefreshWay(webhook.row) === null ? null : findStale(ctx, { row, fields, draft: waited }, renewed);
  if (stale !== null) return stale;
  await verifyFresh(ctx, { row, fields, draft: waited }, renewed);
  const used = { ...waited, correlationId: waited.correlationId ?? mintUuid(ctx.nowMs(), ctx.randomBytes) };
  try {
    verifyReleasable(row, fields);
    verifyTicketable(fields);
  } catch (error) {
    return fail(ctx, accountId, { ...used, fields }, error);
  }
  const facts = draft.source === 'mcp_proxy' ? { note: carriedOut } : toTicketFacts(draft.action);
  return {
    outcome: 'opened',
    values: {},
    validUntil: null,
    webhook,
    draft: { ...used, ...facts, outcome: 'ok', fields },
  };
}

const carriedOut = 'Carried out by the owner’s webhook';

function toTicketFacts(action: EventAction) {
  return { action: 'ticket', note: toTicketNote(action) } as const;
}
