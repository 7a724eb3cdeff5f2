// The API as an outside program uses it: the published tRPC client over HTTP, with a bearer and nothing else.

import type { ErrorFacts } from '@keytrail/server/trpc/errors';
import type { AppRouter } from '@keytrail/server/trpc/root';
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { EventSource } from 'eventsource';

export type Client = ReturnType<typeof createClient>;

/** A client that speaks for whoever the bearer names; without one, for nobody. */
export function createClient(url: string, bearer?: string, headers: Record<string, string> = {}) {
  const authorization: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({
          url: `${url}/trpc`,
          EventSource,
          eventSourceOptions: () => ({
            fetch: (input: string | URL, init: RequestInit) =>
              fetch(input, { ...init, headers: { ...toRecord(init.headers), ...authorization } }),
          }),
        }),
        false: httpLink({ url: `${url}/trpc`, headers: { ...authorization, ...headers } }),
      }),
    ],
  });
}

function toRecord(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries(new Headers(headers ?? {}).entries());
}

/** What a refused call says: its HTTP status and our facts about it. Throws when the call was not refused. */
export async function getRefusal(call: Promise<unknown>): Promise<{ status: number } & ErrorFacts> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof TRPCClientError) || !error.data) throw error;
    return { status: error.data.httpStatus, ...error.data.keytrail };
  }
  throw new Error('the call was answered, not refused');
}
