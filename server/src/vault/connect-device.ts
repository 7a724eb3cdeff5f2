// Connects an OAuth credential by a code that its owner types on a page of the provider (RFC 8628): for clients that may have
// no address to come back to.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import type { DeviceConnectInput } from '@keytrail/shared/oauth-connect';
import { endpoint } from '@keytrail/shared/oauth-schema';
import { genericGrantRequest, initiateDeviceAuthorization } from 'openid-client';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { toClient } from './connect.ts';
import { storeConnection } from './connect-store.ts';
import { openPending, sealPending } from './connect-ticket.ts';
import { ProviderFailure, toConnectError, toProviderFailure } from './provider-failure.ts';
import { askProvider, toConfiguration } from './token-endpoint.ts';

export interface StartedDevice {
  readonly userCode: string;
  readonly verificationUrl: string;
  /** With the code in it, where the provider offers that. */
  readonly verificationUrlComplete: string | null;
  readonly expiresInS: number;
  /** Between two looks at what came of it. */
  readonly intervalS: number;
  readonly pending: string;
}

export type DeviceOutcome =
  | { readonly outcome: 'waiting'; readonly slowDown: boolean }
  | { readonly outcome: 'connected'; readonly credential: CredentialSummary };

/** Asks the provider for a code. Nothing is stored yet. */
export async function startDevice(
  ctx: Context,
  owner: OwnerPrincipal,
  input: DeviceConnectInput,
): Promise<StartedDevice> {
  const { scopes } = input.provider;
  const parameters: Record<string, string> = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
  const client = toClient(input);
  const answer = await initiateDeviceAuthorization(toConfiguration(ctx, client), parameters).catch((error: unknown) => {
    throw toConnectError(toProviderFailure(error));
  });
  return {
    userCode: answer.user_code,
    verificationUrl: getPage(answer.verification_uri),
    verificationUrlComplete: endpoint.safeParse(answer.verification_uri_complete).data ?? null,
    expiresInS: answer.expires_in,
    intervalS: answer.interval ?? 5,
    pending: sealPending(ctx, owner.accountId, {
      kind: 'device',
      replaces: null,
      input,
      deviceCode: answer.device_code,
    }),
  };
}

/** A link for the owner: a stranger's text, which must lead to a page. */
function getPage(address: string): string {
  if (endpoint.safeParse(address).success) return address;
  throw toConnectError(new ProviderFailure('provider_answer', null));
}

/** One look at what came of it; stores the credential once the owner has consented. */
export async function pollDevice(
  ctx: Context,
  owner: OwnerPrincipal,
  input: { pending: string },
): Promise<DeviceOutcome> {
  const pending = openPending(ctx, owner.accountId, input.pending);
  if (pending.kind !== 'device') throw new AppError('invalid_input', { message: 'no device connection' });
  const configuration = toConfiguration(ctx, toClient(pending.input));
  try {
    const tokens = await askProvider(() =>
      genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
        device_code: pending.deviceCode,
      }),
    );
    const credential = await storeConnection(ctx, owner, pending.id, pending.input, tokens);
    return { outcome: 'connected', credential };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    if (error.code === 'authorization_pending') return { outcome: 'waiting', slowDown: false };
    if (error.code === 'slow_down') return { outcome: 'waiting', slowDown: true };
    throw toConnectError(error);
  }
}
