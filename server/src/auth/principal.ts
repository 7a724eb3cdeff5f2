// Who is asking: the owner by session, an agent by key, or nobody.

import { toDenialSentence } from '@keytrail/shared/denial';
import { AppError } from '@keytrail/shared/errors';
import { looksLikeAccessToken, looksLikeAgentKey } from '@keytrail/shared/ids';
import type { Context } from '../base/context.ts';
import type { Auth } from './accounts.ts';
import { type AgentOfKey, findAgentByAccessToken, findAgentByKey } from './agent-keys.ts';
import type { Requester } from './requester.ts';

export interface OwnerPrincipal {
  readonly kind: 'owner';
  readonly accountId: string;
  readonly email: string;
  readonly name: string;
  readonly requester: Requester;
}

export interface AgentPrincipal extends AgentOfKey {
  readonly kind: 'agent';
  readonly requester: Requester;
}

/** Who says to be an agent; whose key it is, if anybody's, is found where the call is decided. */
export interface AgentCaller {
  readonly key: string;
  readonly requester: Requester;
}

export type Principal = OwnerPrincipal | AgentPrincipal;

/** Hands the agent on if it is in good standing. Where a secret is asked for, the decision says so instead, and records it. */
export function verifyActive(agent: AgentPrincipal): AgentPrincipal {
  if (agent.keyRevoked) {
    const sentence = toDenialSentence('agent', { rule: 'key_revoked', retryAt: null });
    throw new AppError('unauthorized', { message: 'revoked key', public: sentence });
  }
  if (agent.status !== 'active') {
    throw new AppError('agent_suspended', { message: `agent ${agent.agentId} is suspended` });
  }
  return agent;
}

/** Resolves an Authorization header; null when it proves nobody. Never looks at cookies. */
export async function findPrincipal(
  ctx: Context,
  auth: Auth,
  authorization: string | undefined,
  requester: Requester,
): Promise<Principal | null> {
  const bearer = findBearer(authorization);
  if (bearer === null) return null;
  if (looksLikeAgentKey(bearer)) {
    const agent = await findAgentByKey(ctx, bearer);
    return agent === null ? null : { kind: 'agent', ...agent, requester };
  }
  const session = await auth.api.getSession({ headers: new Headers({ authorization: `Bearer ${bearer}` }) });
  if (session === null) return null;
  const { id, email, name } = session.user;
  return { kind: 'owner', accountId: id, email, name, requester };
}

/**
 * The agent that an Authorization header names by the access token of a connected client; null for any other. Only for
 * what such a token was asked for: a key opens more.
 */
export async function findConnectedAgent(
  ctx: Context,
  authorization: string | undefined,
  requester: Requester,
): Promise<AgentPrincipal | null> {
  const token = findBearer(authorization);
  if (token === null || !looksLikeAccessToken(token)) return null;
  const agent = await findAgentByAccessToken(ctx, token);
  return agent === null ? null : { kind: 'agent', ...agent, requester };
}

/** The caller that an Authorization header names by what looks like an agent's key; null for any other. */
export function findAgentCaller(authorization: string | undefined, requester: Requester): AgentCaller | null {
  const key = findBearer(authorization);
  return key !== null && looksLikeAgentKey(key) ? { key, requester } : null;
}

function findBearer(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
