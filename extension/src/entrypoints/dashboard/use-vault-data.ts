// What the pages read from the server, and how it is made fresh after a change.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { trpc } from '../../lib/query.ts';

/** Credentials, without their secrets. */
export function useCredentials() {
  return useQuery(trpc.credentials.list.queryOptions());
}

/** Agents, by their summaries. */
export function useAgents() {
  return useQuery(trpc.agents.list.queryOptions());
}

/** How often each agent was refused within the last seven days, by its id; undefined until that is counted. */
export function useDenials(): ReadonlyMap<string, number> | undefined {
  const { data } = useQuery(trpc.agents.denials.queryOptions());
  return useMemo(() => data && new Map(data.map(({ agentId, count }) => [agentId, count])), [data]);
}

/** Policies with their rules, and what each is attached to. */
export function usePolicies() {
  return useQuery(trpc.policies.list.queryOptions());
}

/** Proxies, by their summaries. */
export function useProxies() {
  return useQuery(trpc.proxies.list.queryOptions());
}

/** Makes lists ask again after something changed. */
export function useRefresh() {
  const client = useQueryClient();
  return {
    credentials: () => client.invalidateQueries(trpc.credentials.pathFilter()),
    agents: () => client.invalidateQueries(trpc.agents.pathFilter()),
    policies: () => client.invalidateQueries(trpc.policies.pathFilter()),
    proxies: () => client.invalidateQueries(trpc.proxies.pathFilter()),
    grants: () =>
      Promise.all([
        client.invalidateQueries(trpc.grants.pathFilter()),
        // An agent's summary counts its grants.
        client.invalidateQueries(trpc.agents.pathFilter()),
      ]),
  };
}
