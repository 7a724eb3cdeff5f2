// What an append leads to, behind it: nothing waits for it, and whoever numbered the event asks, so one node does.

import type { AuditEvent } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { rollUpWhenDue } from './roll-up.ts';

/** What a server has to see to it. */
export type Following = Pick<Context, 'rollUps' | 'alertReads' | 'alikeUses'>;

/** So that what is no news does not pile up before the next event that may be. */
const readEvery = 256;

/**
 * Asks for what is due now that this event is in the log, or will be in a moment: an event of a transaction that has
 * not ended yet is found by the next look.
 */
export function followUp(
  { rollUps, alertReads, alikeUses }: Partial<Following>,
  accountId: string,
  event: AuditEvent,
): void {
  if (rollUps === undefined || alertReads === undefined || alikeUses === undefined) return;
  rollUpWhenDue({ rollUps }, accountId, event);
  if (mayBeNews({ alikeUses }, accountId, event) || (event.seq + 1) % readEvery === 0) alertReads.request(accountId);
}

/** A change of the vault is none, and neither is a use like one that this node has asked to be read before. */
function mayBeNews(ctx: Pick<Context, 'alikeUses'>, accountId: string, event: AuditEvent): boolean {
  const { type, agentId, proxyId, keyId, clientIp, client, outcome } = event;
  if (type === 'vault_change') return false;
  if (type === 'policy_denied' || type === 'token_refresh') return true;
  return ctx.alikeUses.add([accountId, type, agentId, proxyId, keyId, clientIp, client, outcome].join(' '));
}
