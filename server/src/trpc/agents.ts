// Agents over tRPC, for their owner.

import { agentEdit, agentInput, rotationInput } from '@keytrail/shared/agent';
import { z } from 'zod';
import { createAgent, listAgents, removeAgent, setAgentStatus, updateAgent } from '../agents/agents.ts';
import { endConnection } from '../agents/connections.ts';
import { endOldKeys, rotateAgentKey } from '../agents/rotation.ts';
import { countDenials } from '../audit/denials.ts';
import { ownerProcedure, router } from './init.ts';

const byId = z.strictObject({ id: z.uuid() });

export const agentsRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listAgents(ctx, owner)),
  create: ownerProcedure.input(agentInput).mutation(({ ctx: { ctx, owner }, input }) => createAgent(ctx, owner, input)),
  update: ownerProcedure
    .input(agentEdit.extend({ id: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => updateAgent(ctx, owner, input)),
  denials: ownerProcedure.query(({ ctx: { ctx, owner } }) => countDenials(ctx, owner.accountId)),
  rotateKey: ownerProcedure
    .input(rotationInput)
    .mutation(({ ctx: { ctx, owner }, input }) => rotateAgentKey(ctx, owner, input)),
  endOldKeys: ownerProcedure.input(byId).mutation(({ ctx: { ctx, owner }, input }) => endOldKeys(ctx, owner, input)),
  endConnection: ownerProcedure
    .input(byId.extend({ connectionId: z.uuid() }))
    .mutation(({ ctx: { ctx, owner }, input }) => endConnection(ctx, owner, input)),
  suspend: ownerProcedure
    .input(byId)
    .mutation(({ ctx: { ctx, owner }, input }) => setAgentStatus(ctx, owner, { id: input.id, status: 'suspended' })),
  resume: ownerProcedure
    .input(byId)
    .mutation(({ ctx: { ctx, owner }, input }) => setAgentStatus(ctx, owner, { id: input.id, status: 'active' })),
  remove: ownerProcedure.input(byId).mutation(({ ctx: { ctx, owner }, input }) => removeAgent(ctx, owner, input)),
});
