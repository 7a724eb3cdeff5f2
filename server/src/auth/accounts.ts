// People: sign-up, sign-in, sessions and their revocation, kept by better-auth in our tables.

import { toClientKind } from '@keytrail/shared/client';
import type { EventDraft } from '@keytrail/shared/event';
import { mintUuid } from '@keytrail/shared/ids';
import { toOneLine } from '@keytrail/shared/text';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { bearer } from 'better-auth/plugins/bearer';
import { append } from '../audit/append.ts';
import type { Context } from '../base/context.ts';
import { deriveKey } from '../base/master-key.ts';
import { accounts, identities, sessions, signInLimits, verifications } from '../base/schema.ts';
import { toCanonicalIp } from './requester.ts';

/** The header by which our own HTTP layer tells better-auth the client's address; a client's own is dropped. */
export const clientIpHeader = 'x-keytrail-client-ip';

export type Auth = ReturnType<typeof createAuth>;

/** Sessions travel as bearer tokens only: no cookie is read, so no page can borrow one. */
export function createAuth(ctx: Context, baseUrl: string) {
  return betterAuth({
    baseURL: baseUrl,
    secret: deriveKey(ctx.masterKeys, 'sessions').toString('base64'),
    database: drizzleAdapter(ctx.db.drizzle, {
      provider: 'pg',
      schema: {
        user: accounts,
        session: sessions,
        account: identities,
        verification: verifications,
        rateLimit: signInLimits,
      },
    }),
    trustedOrigins: [baseUrl, ...ctx.config.extensionOrigins],
    emailAndPassword: { enabled: true, minPasswordLength: 10, maxPasswordLength: 128 },
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: 10 }, '/sign-up/email': { window: 3600, max: 20 } },
    },
    advanced: {
      database: { generateId: () => mintUuid(ctx.nowMs(), ctx.randomBytes) },
      ipAddress: { ipAddressHeaders: [clientIpHeader] },
    },
    databaseHooks: {
      // The name is shown in every header: one line, whatever was sent.
      user: {
        create: { before: async (user) => ({ data: { ...user, name: toOneLine(user.name, 100) || user.email } }) },
        update: { before: async (user) => ({ data: { ...user, ...toName(user.name) } }) },
      },
      session: { create: { after: async (session) => recordSignIn(ctx, session) } },
    },
    // Only the signed form opens a session: the list of sessions shows the bare tokens, to revoke them by.
    plugins: [bearer({ requireSignature: true })],
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => ctx.log[level === 'error' ? 'error' : level === 'warn' ? 'warn' : 'debug'](message),
    },
  });
}

function toName(name: string | undefined): { name?: string } {
  const shown = name === undefined ? '' : toOneLine(name, 100);
  return shown === '' ? {} : { name: shown };
}

async function recordSignIn(
  ctx: Context,
  session: { userId: string; ipAddress?: string | null | undefined; userAgent?: string | null | undefined },
): Promise<void> {
  const clientIp = toCanonicalIp(session.ipAddress ?? undefined);
  const userAgent = toOneLine(session.userAgent ?? '', 400);
  const draft: EventDraft = {
    type: 'vault_change',
    action: 'sign_in',
    source: 'direct',
    outcome: 'ok',
    title: 'Signed in',
    client: toClientKind(session.userAgent ?? undefined),
    ...(clientIp === null ? {} : { clientIp }),
    ...(userAgent === '' ? {} : { userAgent }),
  };
  await append(ctx, session.userId, draft);
}
