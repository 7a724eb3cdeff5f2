// Who calls: an owner or an agent, or a refusal that says which of the two was expected.

import { AppError } from '@keytrail/shared/errors';
import type { AgentCaller, AgentPrincipal, OwnerPrincipal, Principal } from '../auth/principal.ts';

/** The owner, or a refusal. */
export function verifyOwner(principal: Principal | null): OwnerPrincipal {
  if (principal === null) throw new AppError('unauthorized', { message: 'no valid session' });
  if (principal.kind !== 'owner') throw new AppError('owner_only', { message: 'agent key on an owner call' });
  return principal;
}

/** The agent, or a refusal. */
export function verifyAgent(principal: Principal | null): AgentPrincipal {
  if (principal === null) throw new AppError('unauthorized', { message: 'no valid agent key' });
  if (principal.kind !== 'agent') throw new AppError('agent_only', { message: 'session on an agent call' });
  return principal;
}

/** What tells who calls: at once for an agent's key that is still to be looked up, by a look into the database else. */
export interface Call {
  readonly findPrincipal: () => Promise<Principal | null>;
  readonly findAgentCaller: () => AgentCaller | null;
}

/** Who says to be an agent; whoever else it is, is refused by the answer to that. */
export async function getAgentCaller(call: Call): Promise<AgentCaller> {
  return call.findAgentCaller() ?? refuseCaller(await call.findPrincipal());
}

function refuseCaller(principal: Principal | null): never {
  verifyAgent(principal);
  throw new AppError('unauthorized', { message: 'an agent without its key' });
}
