// People: sign-up, sign-in, sessions and their revocation, kept by better-auth in our tables.

import { mintUuid } from '@keytrail/shared/ids';
import { toOneLine } from '@keytrail/shared/text';
import { betterAuth } from 'better-auth';
import { createAuthMiddleware, isAPIError } from 'better-auth/api';
import { bearer } from 'better-auth/plugins/bearer';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { authRequests } from './auth-request.ts';
import { recordFailedPasswordChange, recordFailedSignIn } from './failed-attempts.ts';
import { takeTriesBack } from './password-check.ts';
import { createRecordedAdapter, toNotRecorded } from './recorded-adapter.ts';

/** The header by which our own HTTP layer tells better-auth the client's address; a client's own is dropped. */
export const clientIpHeader = 'x-keytrail-client-ip';

export type Auth = ReturnType<typeof createAuth>;

/** Sessions travel as bearer tokens only: no cookie is read, so no page can borrow one. */
export function createAuth(ctx: Context, baseUrl: string) {
  return betterAuth({
    baseURL: baseUrl,
    secret: ctx.serverSecret.toString('base64'),
    database: createRecordedAdapter(ctx),
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
    },
    hooks: { after: createAuthMiddleware(async (call) => settle(ctx, call.path, call.body, call.context)) },
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

const tried = z.object({ email: z.string() });

/** Looks at what an endpoint is about to answer. Throws in place of an answer that claims what did not happen. */
async function settle(
  ctx: Context,
  path: string,
  body: unknown,
  { returned, session }: { returned?: unknown; session: { user: { id: string } } | null },
): Promise<void> {
  const request = authRequests.getStore();
  if (request === undefined) return;
  const refusal = isAPIError(returned) && returned.statusCode < 500 ? returned : null;
  // Signing out, for one, reports success whatever became of the session.
  if (request.failure !== undefined && refusal === null) throw toNotRecorded();
  const code = refusal?.body?.code;
  if (path === '/sign-in/email' && code === 'INVALID_EMAIL_OR_PASSWORD') {
    // Nobody waits for it: how long the answer takes must not tell who has an account.
    note(ctx, recordFailedSignIn(ctx, request, tried.parse(body).email));
  } else if (path === '/change-password' && code === 'INVALID_PASSWORD' && session !== null) {
    note(ctx, recordFailedPasswordChange(ctx, request, session.user.id));
  } else if (path === '/change-password' && !isAPIError(returned) && session !== null) {
    await takeTriesBack(ctx, session.user.id);
  }
}

function note(ctx: Context, recorded: Promise<void>): void {
  recorded.catch((error: unknown) => ctx.log.error({ error }, 'a failed attempt was not recorded'));
}
