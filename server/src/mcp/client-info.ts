// What an MCP client says of itself. In the era of 2026-07-28 every request says it, before that only the first one of a
// session, so the name is remembered with the key.

import { withoutKeys } from '@keytrail/shared/ids';
import { toOneLine } from '@keytrail/shared/text';
import { CLIENT_INFO_META_KEY } from '@modelcontextprotocol/server';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import { agentKeys } from '../base/schema.ts';

const clientInfo = z.object({ name: z.string(), title: z.string().optional() });
const initialize = z.object({ method: z.literal('initialize'), params: z.object({ clientInfo }) });
const modern = z.object({ params: z.object({ _meta: z.object({ [CLIENT_INFO_META_KEY]: clientInfo }) }) });

/** The name in a message, or in one of a batch; null where none says it. */
export function findClientName(body: unknown): string | null {
  for (const message of [body].flat()) {
    if (!mayTell(message)) continue;
    const first = initialize.safeParse(message);
    const each = modern.safeParse(message);
    const info = first.success ? first.data.params.clientInfo : each.data?.params._meta[CLIENT_INFO_META_KEY];
    const name = info === undefined ? '' : toOneLine(withoutKeys(info.title ?? info.name), 100);
    if (name !== '') return name;
  }
  return null;
}

/** Most messages of the era before 2026 say nothing of it: they are told by a look. */
function mayTell(message: unknown): boolean {
  if (typeof message !== 'object' || message === null || !('params' in message)) return false;
  const { params } = message;
  return typeof params === 'object' && params !== null && ('clientInfo' in params || '_meta' in params);
}

/** Keeps the name with the key that it came with, so that the next request goes by it. A failure is only logged. */
export async function rememberClientName(ctx: Context, agent: AgentPrincipal, name: string): Promise<void> {
  if (agent.keyClientName === name) return;
  await withAccount(ctx.db, agent.accountId, (tx) =>
    tx
      .update(agentKeys)
      .set({ clientName: name })
      .where(and(eq(agentKeys.accountId, agent.accountId), eq(agentKeys.id, agent.keyId))),
  ).catch((error: unknown) => ctx.log.warn({ error, keyId: agent.keyId }, 'client name not kept'));
}
