// Proxies over tRPC, for their owner.

import { rotationInput } from '@keytrail/shared/agent';
import { proxyEdit, proxyInput } from '@keytrail/shared/proxy-schema';
import { z } from 'zod';
import {
  createProxy,
  endOldProxyKeys,
  listProxies,
  removeProxy,
  rotateProxyKey,
  setProxyEnabled,
  updateProxy,
} from '../agents/proxies.ts';
import { tryProxy } from '../proxy/trial.ts';
import { ownerProcedure, router } from './init.ts';

const byId = z.strictObject({ id: z.uuid() });

export const proxiesRouter = router({
  list: ownerProcedure.query(({ ctx: { ctx, owner } }) => listProxies(ctx, owner)),
  create: ownerProcedure.input(proxyInput).mutation(({ ctx: { ctx, owner }, input }) => createProxy(ctx, owner, input)),
  update: ownerProcedure
    .input(z.strictObject({ id: z.uuid(), version: z.int().positive(), proxy: proxyEdit }))
    .mutation(({ ctx: { ctx, owner }, input: { proxy, ...which } }) => updateProxy(ctx, owner, { ...proxy, ...which })),
  setEnabled: ownerProcedure
    .input(byId.extend({ enabled: z.boolean() }))
    .mutation(({ ctx: { ctx, owner }, input }) => setProxyEnabled(ctx, owner, input)),
  rotateKey: ownerProcedure
    .input(rotationInput)
    .mutation(({ ctx: { ctx, owner }, input }) => rotateProxyKey(ctx, owner, input)),
  endOldKeys: ownerProcedure
    .input(byId)
    .mutation(({ ctx: { ctx, owner }, input }) => endOldProxyKeys(ctx, owner, input)),
  /** Changes nothing but the log. */
  test: ownerProcedure.input(byId).mutation(({ ctx: { ctx, owner }, input }) => tryProxy(ctx, owner, input)),
  remove: ownerProcedure.input(byId).mutation(({ ctx: { ctx, owner }, input }) => removeProxy(ctx, owner, input)),
});
