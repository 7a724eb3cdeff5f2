// Connecting OAuth credentials over tRPC: started and ended by the owner's session.

import { connectInput, deviceConnectInput, discoveryInput } from '@keytrail/shared/oauth-connect';
import { endpoint } from '@keytrail/shared/oauth-schema';
import { z } from 'zod';
import { finishConnection, startConnection, startReconnection } from '../vault/connect.ts';
import { pollDevice, startDevice } from '../vault/connect-device.ts';
import { discoverProvider } from '../vault/discover-provider.ts';
import { ownerProcedure, router } from './init.ts';

const pending = z.string().max(100_000);

export const oauthRouter = router({
  // A mutation, though nothing changes: it makes the server call out.
  discover: ownerProcedure.input(discoveryInput).mutation(({ ctx: { ctx }, input }) => discoverProvider(ctx, input)),
  connect: ownerProcedure
    .input(connectInput)
    .mutation(({ ctx: { ctx, owner }, input }) => startConnection(ctx, owner, input)),
  reconnect: ownerProcedure
    .input(z.strictObject({ id: z.uuid(), redirectUri: endpoint }))
    .mutation(({ ctx: { ctx, owner }, input }) => startReconnection(ctx, owner, input)),
  finish: ownerProcedure
    .input(z.strictObject({ pending, callbackUrl: z.url({ protocol: /^https?$/ }).max(10_000) }))
    .mutation(({ ctx: { ctx, owner }, input }) => finishConnection(ctx, owner, input)),
  connectDevice: ownerProcedure
    .input(deviceConnectInput)
    .mutation(({ ctx: { ctx, owner }, input }) => startDevice(ctx, owner, input)),
  pollDevice: ownerProcedure
    .input(z.strictObject({ pending }))
    .mutation(({ ctx: { ctx, owner }, input }) => pollDevice(ctx, owner, input)),
});
