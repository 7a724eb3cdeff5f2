// Which calls of an MCP client may go out: decided and recorded one by one before any of them does, and what becomes of
// them after that.

import { mintUuid } from '@keytrail/shared/ids';
import type { Context } from '../base/context.ts';
import { toAsked } from '../proxy/asked.ts';
import { isOffered, type JsonRpcId, type McpCall, toCalled, toTool } from '../proxy/mcp-messages.ts';
import { toAppError } from '../trpc/errors.ts';
import { injectForProxy, type ProxyAccess } from '../vault/access.ts';
import type { Patience } from '../vault/asking.ts';
import type { Denied } from '../vault/denial.ts';
import type { ProxyCallFacts } from '../vault/proxy-call.ts';
import type { LoadedProxy } from '../vault/proxy-load.ts';
import { type ProxyResult, recordProxyResult, toFailedResult, toTied } from '../vault/proxy-result.ts';

type Allowed = Extract<ProxyAccess, { outcome: 'ok' }>;

/** A call that may go out, and is recorded. */
export interface Admitted {
  readonly facts: ProxyCallFacts;
  readonly access: Allowed;
}

export function toFacts(ctx: Context, call: McpCall): ProxyCallFacts {
  return { tool: toTool(call), correlationId: mintUuid(ctx.nowMs(), ctx.randomBytes) };
}

/**
 * Records the calls one by one: into `allowed` what may go out, the answer is what may not. What the proxy's own list refuses
 * comes first, so that nothing beside it is recorded as used. Where the owner is to be asked, they are asked once about all
 * of them, since they go out together or not at all.
 */
export async function admit(
  ctx: Context,
  found: LoadedProxy,
  calls: readonly McpCall[],
  allowed: Admitted[],
  patience: Patience,
): Promise<Map<JsonRpcId, Denied>> {
  const refusals = new Map<JsonRpcId, Denied>();
  const unoffered = calls.filter((call) => !isOffered(found.by.proxy.toolAccess, call));
  const asked = toAsked(calls.map(toCalled));
  let loaded = found;
  let approved: Allowed['tie'] = null;
  for (const call of unoffered.length > 0 ? unoffered : calls) {
    const facts = toFacts(ctx, call);
    const findRefusal = ({ toolAccess }: Pick<LoadedProxy['by']['proxy'], 'toolAccess'>) =>
      isOffered(toolAccess, call) ? null : ('tool' as const);
    const access = await injectForProxy(ctx, loaded, { ...facts, findRefusal, asked, approved }, patience);
    if (access.outcome === 'ok') {
      allowed.push({ facts: toTied(facts, access), access });
      ({ loaded, tie: approved } = access);
      continue;
    }
    refusals.set(call.id, access);
    // That was the word on all of them.
    if (access.rule === 'approval') break;
  }
  return refusals;
}

/** Carries out `work` and records what became of the calls that were admitted until then. */
export async function settling(
  ctx: Context,
  admitted: readonly Admitted[],
  work: () => Promise<ProxyResult | null>,
): Promise<void> {
  const settle = (result: ProxyResult) => {
    for (const { facts, access } of admitted) {
      recordProxyResult(ctx, access.loaded.by, facts, access.credential, result);
    }
  };
  const startedAt = performance.now();
  try {
    const result = await work();
    if (result !== null) settle(result);
  } catch (cause) {
    const error = toAppError(cause);
    settle(toFailedResult(error, performance.now() - startedAt));
    throw error;
  }
}
