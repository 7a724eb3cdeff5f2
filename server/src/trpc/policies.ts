// Policies over tRPC, for the owner.

import { clientKinds } from '@keytrail/shared/client';
import { policyModes } from '@keytrail/shared/policy';
import { policyInput, policyTarget, ruleList } from '@keytrail/shared/policy-schema';
import { line, prose } from '@keytrail/shared/text';
import { z } from 'zod';
import { attachPolicy, detachPolicy } from '../agents/attachments.ts';
import { createPolicy, listPolicies, removePolicy, setPolicyMode, updatePolicy } from '../agents/policies.ts';
import { replayPolicy } from '../agents/policy-replay.ts';
import { toCanonicalIp } from '../auth/requester.ts';
import { explainAccess, explainCall } from '../vault/explain.ts';
import { ownerProcedure, router } from './init.ts';

const id = z.uuid();
const attachment = z.strictObject({ id, targets: z.array(policyTarget).min(1).max(100) });

// Nothing by default: what an edit leaves out would be switched back by it.
const edit = policyInput.extend({
  id,
  version: z.int().positive(),
  description: prose(500),
  mode: z.enum(policyModes),
});

/** Of the policy only its rules matter, so that one can be tried before it has a name. */
const replay = z.strictObject({
  policy: z.object({ rules: ruleList }),
  targets: z.array(policyTarget).max(200),
  days: z.int().min(1).max(90),
});

const circumstances = z.strictObject({
  at: z.iso.datetime().nullable(),
  clientIp: z.string().max(60).nullable().transform(toAddress),
  client: z.enum(clientKinds),
  policy: policyInput.extend({ id: z.uuid().nullable() }).optional(),
});
const access = circumstances.extend({
  agentId: z.uuid().nullable(),
  credentialId: z.uuid(),
  reason: line(500).nullable(),
  fields: z.array(line(100)).min(1).max(100).nullable(),
  siteOrigin: z.string().max(300).nullable(),
});
const proxiedCall = circumstances.extend({ proxyId: z.uuid() });

export const policiesRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listPolicies(ctx, owner)),
  create: ownerProcedure
    .input(policyInput)
    .mutation(({ ctx: { ctx, owner }, input }) => createPolicy(ctx, owner, input)),
  update: ownerProcedure.input(edit).mutation(({ ctx: { ctx, owner }, input }) => updatePolicy(ctx, owner, input)),
  setMode: ownerProcedure
    .input(z.strictObject({ id, mode: z.enum(policyModes) }))
    .mutation(({ ctx: { ctx, owner }, input }) => setPolicyMode(ctx, owner, input)),
  remove: ownerProcedure
    .input(z.strictObject({ id }))
    .mutation(({ ctx: { ctx, owner }, input }) => removePolicy(ctx, owner, input)),
  attach: ownerProcedure
    .input(attachment)
    .mutation(({ ctx: { ctx, owner }, input }) => attachPolicy(ctx, owner, input)),
  detach: ownerProcedure
    .input(attachment)
    .mutation(({ ctx: { ctx, owner }, input }) => detachPolicy(ctx, owner, input)),
  explain: ownerProcedure.input(access).query(({ ctx: { ctx, owner }, input }) => explainAccess(ctx, owner, input)),
  explainCall: ownerProcedure
    .input(proxiedCall)
    .query(({ ctx: { ctx, owner }, input }) => explainCall(ctx, owner, input)),
  replay: ownerProcedure
    .input(replay)
    .query(({ ctx: { ctx, owner }, input: { policy, ...over } }) =>
      replayPolicy(ctx, owner, { rules: policy.rules, ...over }),
    ),
});

/** As a request from there would be known. Text that is no address goes on as it is, and no rule knows it. */
function toAddress(text: string | null): string | null {
  return text === null ? null : (toCanonicalIp(text) ?? text);
}
