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

type Rules = Parameters<Client['policies']['create']['mutate']>[0]['rules'];

/** A granted agent under a policy that asks, beside other rules. */
export async function createAskingAgent(
  owner: Owner,
  url: string,
  rule: { withinSeconds?: number; rememberMinutes?: number } = {},
  others: Rules = [],
) {
  const furniture = await createGrantedAgent(owner, url);
  const ask: Rules[number] = { type: 'approval', withinSeconds: 60, rememberMinutes: 0, ...rule };
  const policy = await owner.client.policies.create.mutate({ name: 'Ask me first', rules: [ask, ...others] });
  await owner.client.policies.attach.mutate({
    id: policy.id,
    targets: [{ kind: 'agent', id: furniture.agent.id }],
  });
  return { ...furniture, policy };
}
