// What became of a call that went out through a proxy: a second event beside that of its use, never with a body in it.

import type { AppError } from '@keytrail/shared/errors';
import type { AuditEvent } from '@keytrail/shared/event';
import { appendBehind } from '../audit/append.ts';
import type { ProxyPrincipal } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import { type ProxyCallFacts, toProxyDraft } from './proxy-call.ts';

export interface ProxyResult {
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  readonly bytes: number;
  /** Why it failed, in words without a secret; null where the answer came to its end. */
  readonly failure: string | null;
}

/** Of a call that was answered with an error of ours instead. */
export function toFailedResult({ code, public: failure }: AppError, ms: number): ProxyResult {
  return { status: code === 'upstream_unauthorized' ? 401 : null, ms, bytes: 0, failure };
}

/** What was called, tied to the event of its use: the owner's word on it may have brought a tie of its own. */
export function toTied(call: ProxyCallFacts, { event }: { readonly event: AuditEvent }): ProxyCallFacts {
  return { tool: call.tool, correlationId: event.correlationId ?? call.correlationId };
}

/** Records it behind the answer: nobody waits. What cannot be recorded is logged; the use itself is in the log already. */
export function recordProxyResult(
  ctx: Context,
  by: ProxyPrincipal,
  call: ProxyCallFacts,
  credential: Pick<CredentialRow, 'service' | 'id' | 'label'> | null,
  { status, ms, bytes, failure }: ProxyResult,
): void {
  appendBehind(ctx, by.accountId, {
    ...toProxyDraft(by, call, credential),
    type: 'agent_access',
    action: 'result',
    outcome: failure === null ? 'ok' : 'failed',
    ...(status === null ? {} : { upstreamStatus: status }),
    durationMs: Math.round(ms),
    bytes,
    ...(failure === null ? {} : { note: failure }),
  }).catch((error: unknown) => ctx.log.error({ error, proxyId: by.proxy.id }, 'result of a proxied call not recorded'));
}
