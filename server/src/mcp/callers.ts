// The agent behind the MCP request that is being answered: the protocol's library hands its tools messages, not requests.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { AgentPrincipal } from '../auth/principal.ts';

const callers = new AsyncLocalStorage<AgentPrincipal>();

/** Runs `work`, and whatever it starts, on behalf of an agent. */
export function runAsCaller<T>(agent: AgentPrincipal, work: () => T): T {
  return callers.run(agent, work);
}

/** The agent that is asking. Throws outside of `runAsCaller`. */
export function getCaller(): AgentPrincipal {
  const agent = callers.getStore();
  if (agent === undefined) throw new Error('no agent is asking');
  return agent;
}
