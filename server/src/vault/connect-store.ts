// Stores what a connection brought: a new credential, or other tokens for one that was there.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { AppError } from '@keytrail/shared/errors';
import type { ConnectInput, DeviceConnectInput } from '@keytrail/shared/oauth-connect';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { credentials } from '../base/schema.ts';
import { changeCredential, getCredential, insertCredential, toKeptElsewhere } from './credentials.ts';
import { toReadableTokens } from './readable-tokens.ts';
import { isRow } from './refresh-attempt.ts';
import { sealFields } from './sealing.ts';
import type { Tokens } from './token-endpoint.ts';
import { isHeldByWebhook } from './webhook-held.ts';

type Input = Pick<ConnectInput | DeviceConnectInput, 'service' | 'label' | 'provider'>;

/** A new credential under this id. */
export function storeConnection(
  ctx: Context,
  owner: OwnerPrincipal,
  id: string,
  { service, label, provider }: Input,
  tokens: Tokens,
): Promise<CredentialSummary> {
  const { clientSecret, ...readable } = provider;
  const { accessToken, refreshToken } = tokens;
  return changeCredential(ctx, owner, async (tx) => {
    const row = await insertCredential(tx, ctx, owner, id, {
      kind: 'oauth',
      service,
      label,
      tags: [],
      expiresAt: null,
      public: { ...readable, ...toReadableTokens(ctx, tokens) },
      secret: { accessToken, refreshToken: refreshToken ?? undefined, clientSecret },
    });
    return { row, action: 'connect', title: 'Credential connected', fields: toNames(tokens) };
  });
}

/**
 * Other tokens for a credential, which stays what it is otherwise. Throws `conflict` where it names another provider by now: these
 * tokens would be sent to that one.
 */
export function storeReconnection(
  ctx: Context,
  owner: OwnerPrincipal,
  { id, correlationId, from }: { id: string; correlationId: string; from: Input['provider'] },
  tokens: Tokens,
): Promise<CredentialSummary> {
  const { accountId } = owner;
  return changeCredential(ctx, owner, async (tx) => {
    const old = await getCredential(tx, accountId, id, 'for update');
    if (isHeldByWebhook(old)) throw toKeptElsewhere();
    if (old.public.tokenUrl !== from.tokenUrl || old.public.clientId !== from.clientId) throw toMoved(id);
    const version = old.version + 1;
    const { accessToken, refreshToken } = tokens;
    const boxes = sealFields(ctx, { accountId, credentialId: id, version }, { accessToken, refreshToken });
    // A refresh token of the consent before is not of this one.
    const { refreshToken: _ended, ...kept } = old.sealed;
    const [row = old] = await tx
      .update(credentials)
      .set({
        sealed: { ...kept, ...boxes },
        public: { ...old.public, ...toReadableTokens(ctx, tokens) },
        version,
        refresh: null,
        updatedAt: new Date(ctx.nowMs()),
      })
      .where(isRow(accountId, id))
      .returning();
    return { row, action: 'connect', title: 'Credential reconnected', fields: toNames(tokens), correlationId };
  });
}

function toMoved(id: string): AppError {
  return new AppError('conflict', {
    message: `credential ${id} names another provider than its consent`,
    public:
      'This credential was given another provider while you consented, so the tokens were not stored. Connect it again.',
  });
}

function toNames({ refreshToken }: Tokens): string[] {
  return ['accessToken', ...(refreshToken === null ? [] : ['refreshToken'])];
}
