// What an agent may call with its key.

import { accessRequestInput } from '@keytrail/shared/access-request-schema';
import { service } from '@keytrail/shared/credential';
import { line, reason } from '@keytrail/shared/text';
import { z } from 'zod';
import { listOwnEvents } from '../audit/own-events.ts';
import type { AgentCaller } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type AccessOutcome, fetchForAgent } from '../vault/access.ts';
import { accessWaitMs, requestAccess } from '../vault/access-requests.ts';
import { listGranted } from '../vault/granted.ts';
import { DeniedError } from './errors.ts';
import { activeAgentProcedure, agentCallProcedure, agentProcedure, router } from './init.ts';

/** What `agent.credential` takes. */
export const credentialInput = z.strictObject({
  service,
  label: line(100).optional(),
  field: line(100).optional(),
  reason: reason.optional(),
  /** How long to wait where the owner is asked; absent: for as long as they have to answer. */
  waitSeconds: z.int().min(0).max(600).optional(),
});

/** What `agent.credential` does. Throws `DeniedError` for a refusal, which is recorded by then. */
export async function fetchCredential(
  ctx: Context,
  caller: AgentCaller,
  { waitSeconds, ...request }: z.output<typeof credentialInput>,
  signal: AbortSignal | undefined,
) {
  const waitMs = waitSeconds === undefined ? undefined : waitSeconds * 1000;
  const access = await fetchForAgent(ctx, caller, request, { waitMs, signal });
  if (access.outcome === 'denied') throw new DeniedError('agent', access);
  return toCredentialAnswer(access);
}

export const agentRouter = router({
  whoami: agentProcedure.query(({ ctx: { agent } }) => {
    const { agentId, agentName, accountId } = agent;
    return { agentId, name: agentName, accountId, status: agent.keyRevoked ? ('key_revoked' as const) : agent.status };
  }),

  grants: activeAgentProcedure.query(({ ctx: { ctx, agent } }) => listGranted(ctx, agent)),

  credential: agentCallProcedure
    .input(credentialInput)
    .mutation(({ ctx: { ctx, caller }, input, signal }) => fetchCredential(ctx, caller, input, signal)),

  /** Asks the owner for a grant; the same call goes on waiting, and answers the grant once there is one. */
  requestAccess: agentProcedure
    .input(
      accessRequestInput.extend({
        waitSeconds: z
          .int()
          .min(0)
          .max(600)
          .default(accessWaitMs / 1000),
      }),
    )
    .mutation(async ({ ctx: { ctx, agent }, input: { waitSeconds, ...ask }, signal }) => {
      const access = await requestAccess(ctx, agent, ask, { waitMs: waitSeconds * 1000, signal });
      if (access.outcome === 'denied') throw new DeniedError('agent', access);
      return { ...access.granted, note: access.note };
    }),

  events: activeAgentProcedure
    .input(
      z
        .strictObject({
          before: z.iso.datetime({ precision: 6 }).optional(),
          limit: z.int().min(1).max(200).default(50),
        })
        .default({ limit: 50 }),
    )
    .query(({ ctx: { ctx, agent }, input }) => listOwnEvents(ctx.db, agent, input)),
});

/** What an agent gets of an access: the values, or where its owner's webhook has them. */
export function toCredentialAnswer({ credential, values, redirect, event }: Extract<AccessOutcome, { outcome: 'ok' }>) {
  const { service, label, kind } = credential;
  return { service, label, kind, values, ...(redirect === null ? {} : { redirect }), eventId: event.id };
}
