// The usual furniture of a test: a token, an agent, a grant.

import { type Client, createClient } from './client.ts';

/** Whoever can act for an account. */
interface Owner {
  readonly client: Client;
}

export const tokenValue = 'kt-test-token-value-5f2c';

export function createToken(owner: Owner, service = 'github', label = 'main') {
  return owner.client.credentials.create.mutate({ kind: 'token', service, label, secret: { value: tokenValue } });
}

/** An agent with its key and a client that holds it. */
export async function createAgent(owner: Owner, url: string, name = 'deploy-bot') {
  const { agent, key } = await owner.client.agents.create.mutate({ name });
  return { agent, key, client: createClient(url, key) };
}

/** An agent that may use a fresh token until revoked. */
export async function createGrantedAgent(owner: Owner, url: string) {
  const credential = await createToken(owner);
  const bot = await createAgent(owner, url);
  const grant = await owner.client.grants.create.mutate({ agentId: bot.agent.id, credentialId: credential.id });
  return { ...bot, credential, grant };
}
