// An agent as anybody would write it: a program of its own, the published tRPC client, its key from the environment.
// Prints what it was given by length, never by value.

import type { AppRouter } from '@keytrail/server/trpc/root';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';

const { KEYTRAIL_URL, KEYTRAIL_AGENT_KEY } = process.env;
const [service = '', reason = ''] = process.argv.slice(2);

const keytrail = createTRPCClient<AppRouter>({
  links: [httpLink({ url: `${KEYTRAIL_URL}/trpc`, headers: { authorization: `Bearer ${KEYTRAIL_AGENT_KEY}` } })],
});
try {
  const { values } = await keytrail.agent.credential.mutate({ service, reason });
  const sizes = Object.entries(values).map(([field, value]) => `${field} of ${value.length} characters`);
  console.log(`got ${service}: ${sizes.join(', ')}`);
} catch (error) {
  if (!(error instanceof TRPCClientError)) throw error;
  console.log(`refused ${service}: ${error.data?.keytrail?.rule ?? error.message}`);
  process.exitCode = 3;
}
