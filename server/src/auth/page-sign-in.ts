// Signing in on a page of this server, for one question and without a session. As often as it may be tried from one address,
// or from one network of IPv6, is counted over all nodes.

import { AppError } from '@keytrail/shared/errors';
import { recordChange } from '../audit/change.ts';
import type { Context } from '../base/context.ts';
import { withAccount } from '../base/db.ts';
import type { Auth } from './accounts.ts';
import { recordFailedSignIn } from './failed-attempts.ts';
import { countTry } from './password-check.ts';
import type { OwnerPrincipal } from './principal.ts';
import { type Requester, toNetwork } from './requester.ts';

const triesMax = 20;

/**
 * Checks an address and a password; what it was for goes on the record. Throws `too_many_tries` and `password_wrong`, which
 * is the same, and takes as long, where there is no such account.
 */
export async function signInForQuestion(
  ctx: Context,
  auth: Auth,
  requester: Requester,
  { email, password }: { email: string; password: string },
  note: string,
): Promise<OwnerPrincipal> {
  if ((await countTry(ctx, `page ${toNetwork(requester.clientIp ?? '')}`)) > triesMax) {
    throw new AppError('too_many_tries', { message: `more than ${triesMax} sign-ins on the page` });
  }
  const { internalAdapter, password: hashes } = await auth.$context;
  const found = await internalAdapter.findUserByEmail(email.toLowerCase(), { includeAccounts: true });
  const hash = found?.accounts.find(({ providerId }) => providerId === 'credential')?.password;
  const isRight = hash == null ? await refuseSlowly(hashes, password) : await hashes.verify({ hash, password });
  if (found === null || !isRight) {
    // Nobody waits for it: how long the answer takes must not tell who has an account.
    recordFailedSignIn(ctx, { requester }, email).catch((error: unknown) =>
      ctx.log.error({ error }, 'a failed attempt was not recorded'),
    );
    throw new AppError('password_wrong', {
      message: 'wrong address or password on the page',
      public: 'The e-mail address or the password is not right.',
    });
  }
  const { id: accountId, name } = found.user;
  await withAccount(ctx.db, accountId, (tx) =>
    recordChange(tx, ctx, { accountId, requester }, { action: 'sign_in', title: 'Signed in', note }),
  );
  return { kind: 'owner', accountId, email: found.user.email, name, requester };
}

async function refuseSlowly({ hash }: { hash(password: string): Promise<string> }, password: string): Promise<false> {
  await hash(password);
  return false;
}
