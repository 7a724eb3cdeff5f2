// The server's procedures, typed, for the owner's session.

import type { AppRouter } from '@keytrail/server/trpc/root';
import { denialRules } from '@keytrail/shared/event';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { EventSource } from 'eventsource';
import { z } from 'zod';
import { toLimitMs } from './call-limits.ts';
import { type Failure, FailureError } from './failure.ts';
import { sendMessage } from './messages.ts';
import { fetchFromServer } from './outbound.ts';
import { expireSession, type Session } from './session.ts';

export type Api = TRPCClient<AppRouter>;

/** Stands for the session's own address, which is known only when a call is made. */
const placeholder = 'http://keytrail.invalid';

/**
 * The API for a session, or for whichever session is current at each call.
 * @param onMutated called after a change went through; by default it tells the worker, which pulls the new events.
 */
export function createApi(source: Session | (() => Promise<Session | null>), onMutated: () => void = tellWorker): Api {
  const current = typeof source === 'function' ? source : async () => source;
  return createTRPCClient<AppRouter>({
    links: [
      tellMutations(onMutated),
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({
          url: `${placeholder}/trpc`,
          EventSource,
          eventSourceOptions: () => ({ fetch: (url, init) => fetchAs(current, url, init, null) }),
        }),
        // By POST, queries too: a policy to be tried, or a filter, is longer than an address may be and nobody's to log.
        false: httpLink({
          url: `${placeholder}/trpc`,
          methodOverride: 'POST',
          fetch: (url, init) => fetchAs(current, url, init, toLimitMs(String(url))),
        }),
      }),
    ],
  });
}

/** Address and token come from one record, so that no token reaches another server. */
async function fetchAs(
  current: () => Promise<Session | null>,
  url: RequestInfo | URL | string,
  init: object | undefined,
  limitMs: number | null,
): Promise<Response> {
  const session = await current();
  if (session === null) throw new FailureError(signedOut);
  const { headers, ...rest }: RequestInit = init ?? {};
  const authorized = new Headers(headers);
  authorized.set('authorization', `Bearer ${session.token}`);
  const address = String(url).replace(placeholder, session.serverAddress);
  const response = await fetchFromServer(address, { ...rest, headers: authorized }, limitMs);
  if (response.status === 401) await expireSession(session.token);
  return response;
}

function tellMutations(onMutated: () => void): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) =>
        next(op).subscribe({
          next: (value) => {
            observer.next(value);
            if (op.type === 'mutation') onMutated();
          },
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        }),
      );
}

function tellWorker(): void {
  // Nobody listens while the extension is being updated; the next sync brings the events anyway.
  sendMessage('changed', {}).catch(() => undefined);
}

const signedOut: Failure = { kind: 'signed_out', sentence: 'You are signed out. Sign in to go on.' };

const serverError = z.object({
  keytrail: z.object({
    code: z.string(),
    sentence: z.string(),
    rule: z.enum(denialRules).optional().catch(undefined),
    retryAt: z.string().optional(),
  }),
});

const kinds: Record<string, Failure['kind']> = {
  unauthorized: 'signed_out',
  access_denied: 'denied',
  vault_locked: 'denied',
  owner_only: 'denied',
  agent_only: 'denied',
  conflict: 'conflict',
  event_not_recorded: 'server',
  reader_too_slow: 'server',
  too_many_streams: 'server',
  server_stopping: 'offline',
  database_unavailable: 'server',
  secret_unreadable: 'server',
  internal: 'server',
};

/** Reads any error into what a page can show. */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (!(error instanceof TRPCClientError)) return { kind: 'server', sentence: 'Something went wrong. Try again.' };
  if (error.cause instanceof FailureError) return error.cause.failure;
  const answer = serverError.safeParse(error.data);
  if (!answer.success) {
    return { kind: 'server', sentence: 'The server’s answer was not understood. Check the server address.' };
  }
  const { code, sentence, retryAt } = answer.data.keytrail;
  // A change of a locked vault is refused before anything is decided, and so without a rule.
  const rule = code === 'vault_locked' ? code : answer.data.keytrail.rule;
  return {
    kind: kinds[code] ?? 'invalid',
    sentence,
    ...(rule === undefined ? {} : { rule }),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}
