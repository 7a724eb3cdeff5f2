// Passkeys: keys of their owner's devices that open a locked vault in place of the password. Bound to the extension, whose
// pages alone can ask for them.

import { AppError } from '@keytrail/shared/errors';
import {
  type PasskeyProof,
  type PasskeyRegistration,
  type PasskeySummary,
  passkeysMax,
} from '@keytrail/shared/passkey';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type VerifiedAuthenticationResponse,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { and, asc, eq } from 'drizzle-orm';
import { recordChange } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { accounts, passkeys } from '../base/schema.ts';
import { recordFailedUnlock } from './failed-attempts.ts';
import { issueChallenge, spendChallenge } from './passkey-challenges.ts';
import type { OwnerPrincipal } from './principal.ts';

type PasskeyRow = typeof passkeys.$inferSelect;

export function listPasskeys(ctx: Context, { accountId }: OwnerPrincipal): Promise<PasskeySummary[]> {
  return withAccount(ctx.db, accountId, async (tx) => (await selectPasskeys(tx, accountId)).map(toSummary));
}

/** What the browser needs to make one; the caller has checked the password. */
export async function startPasskey(
  ctx: Context,
  { accountId }: OwnerPrincipal,
  { origin }: { origin: string },
): Promise<Omit<PublicKeyCredentialCreationOptionsJSON, 'extensions'>> {
  const rpID = getRpId(ctx, origin);
  const [existing, [account]] = await withAccount(ctx.db, accountId, (tx) =>
    Promise.all([
      selectPasskeys(tx, accountId),
      tx.select({ email: accounts.email, name: accounts.name }).from(accounts).where(eq(accounts.id, accountId)),
    ]),
  );
  if (existing.length >= passkeysMax) {
    throw new AppError('conflict', {
      message: 'too many passkeys',
      public: `An account has at most ${passkeysMax} passkeys. Remove one first.`,
    });
  }
  const challenge = await issueChallenge(ctx, accountId, 'add passkey');
  const { extensions: _none, ...options } = await generateRegistrationOptions({
    rpName: 'Keytrail',
    rpID,
    userName: account?.email ?? '',
    userDisplayName: account?.name ?? '',
    challenge: Buffer.from(challenge, 'base64url'),
    excludeCredentials: existing.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
  return options;
}

/** Stores one that the owner's device made. */
export async function addPasskey(
  ctx: Context,
  owner: OwnerPrincipal,
  { origin, name, response }: PasskeyRegistration,
): Promise<PasskeySummary> {
  const { accountId } = owner;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: { ...response, clientExtensionResults: {} },
    expectedChallenge: (challenge) => isOurs(ctx, accountId, 'add passkey', challenge),
    expectedOrigin: origin,
    expectedRPID: toSignedRpIds(ctx, origin),
    requireUserVerification: true,
  }).catch(refuse);
  if (!verified) throw new AppError('passkey_refused', { message: 'registration not verified' });
  const { credential } = registrationInfo;
  return withAccount(ctx.db, accountId, async (tx) => {
    const row: PasskeyRow = {
      accountId,
      id: credential.id,
      name,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: response.response.transports,
      createdAt: new Date(ctx.nowMs()),
      lastUsedAt: null,
    };
    await tx.insert(passkeys).values(row);
    await recordChange(tx, ctx, owner, { action: 'create', title: 'Passkey added', note: name });
    return toSummary(row);
  });
}

export async function removePasskey(
  ctx: Context,
  owner: OwnerPrincipal,
  { id }: { id: string },
): Promise<{ id: string }> {
  await withAccount(ctx.db, owner.accountId, async (tx) => {
    const [row] = await tx.delete(passkeys).where(isPasskey(owner.accountId, id)).returning();
    if (row === undefined) throw new AppError('not_found', { message: 'no such passkey' });
    await recordChange(tx, ctx, owner, { action: 'delete', title: 'Passkey removed', note: row.name });
  });
  return { id };
}

/** What the browser needs to ask for one; null where the account has none. */
export async function startUnlock(
  ctx: Context,
  { accountId }: OwnerPrincipal,
  { origin }: { origin: string },
): Promise<Omit<PublicKeyCredentialRequestOptionsJSON, 'extensions'> | null> {
  const rpID = getRpId(ctx, origin);
  const existing = await withAccount(ctx.db, accountId, (tx) => selectPasskeys(tx, accountId));
  if (existing.length === 0) return null;
  const challenge = await issueChallenge(ctx, accountId, 'unlock vault');
  const { extensions: _none, ...options } = await generateAuthenticationOptions({
    rpID,
    challenge: Buffer.from(challenge, 'base64url'),
    allowCredentials: existing.map(({ id, transports }) => ({ id, transports })),
    userVerification: 'required',
  });
  return options;
}

/** Throws `passkey_refused`, noted in the log, unless one of the account's own passkeys signed a challenge of ours. */
export async function verifyPasskey(
  ctx: Context,
  owner: OwnerPrincipal,
  { origin, response }: PasskeyProof,
): Promise<void> {
  const { accountId } = owner;
  const expectedRPID = toSignedRpIds(ctx, origin);
  const [row] = await withAccount(ctx.db, accountId, (tx) =>
    tx.select().from(passkeys).where(isPasskey(accountId, response.id)),
  );
  const proof = row === undefined ? null : await prove(ctx, row, { origin, response }, expectedRPID);
  if (row === undefined || proof?.verified !== true) {
    await recordFailedUnlock(ctx, owner, 'Passkey not accepted');
    throw new AppError('passkey_refused', { message: 'assertion not verified' });
  }
  const used = { counter: proof.authenticationInfo.newCounter, lastUsedAt: new Date(ctx.nowMs()) };
  await withAccount(ctx.db, accountId, (tx) => tx.update(passkeys).set(used).where(isPasskey(accountId, row.id)));
}

async function prove(
  ctx: Context,
  row: PasskeyRow,
  { origin, response }: PasskeyProof,
  expectedRPID: string[],
): Promise<VerifiedAuthenticationResponse | null> {
  try {
    return await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: (challenge) => isOurs(ctx, row.accountId, 'unlock vault', challenge),
      expectedOrigin: origin,
      expectedRPID,
      credential: { id: row.id, publicKey: new Uint8Array(row.publicKey), counter: row.counter },
      requireUserVerification: true,
    });
  } catch (error) {
    ctx.log.debug({ error }, 'passkey not verified');
    return null;
  }
}

async function isOurs(
  ctx: Context,
  accountId: string,
  purpose: Parameters<typeof spendChallenge>[2],
  challenge: string,
): Promise<boolean> {
  await spendChallenge(ctx, accountId, purpose, challenge);
  return true;
}

/** The extension's own id: its pages need no host for it, whatever the server's address is. */
function getRpId(ctx: Context, origin: string): string {
  if (ctx.config.extensionOrigins.includes(origin) && !origin.endsWith('*')) return new URL(origin).hostname;
  throw new AppError('invalid_input', {
    message: 'passkeys of an unknown origin',
    public: 'Passkeys work in the extension for Chrome and Edge; this page is another one.',
  });
}

/** Chromium signs an extension's whole origin in place of its id. */
function toSignedRpIds(ctx: Context, origin: string): string[] {
  return [getRpId(ctx, origin), origin];
}

function refuse(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError('passkey_refused', { message: 'registration not verified', cause });
}

function selectPasskeys(tx: Transaction, accountId: string): Promise<PasskeyRow[]> {
  return tx.select().from(passkeys).where(eq(passkeys.accountId, accountId)).orderBy(asc(passkeys.createdAt));
}

function isPasskey(accountId: string, id: string) {
  return and(eq(passkeys.accountId, accountId), eq(passkeys.id, id));
}

function toSummary({ id, name, createdAt, lastUsedAt }: PasskeyRow): PasskeySummary {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
