// The names that filters can offer without asking what occurred: from the vault, and from this browser's cache.

import type { FacetName } from '@keytrail/shared/event';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { cachedFilterOptions } from '../../../lib/db.ts';
import { useAgents, useCredentials, usePolicies, useProxies } from '../use-vault-data.ts';
import type { KnownValue } from './filter-options.ts';

export type KnownValues = { readonly [Name in FacetName]?: readonly KnownValue[] };

/** By name; they are there without the server too, as far as the cache has them. */
export function useKnownValues(): KnownValues {
  const cached = useQuery({ queryKey: ['audit', 'options'], queryFn: cachedFilterOptions }).data;
  const credentials = useCredentials().data;
  const agents = useAgents().data;
  const policies = usePolicies().data;
  const proxies = useProxies().data;
  return useMemo(() => {
    const services = new Set([...(cached?.services ?? []), ...(credentials ?? []).map(({ service }) => service)]);
    const names = new Map((cached?.agents ?? []).map(({ id, name }) => [id, name]));
    for (const { id, name } of agents ?? []) names.set(id, name);
    return {
      services: byLabel([...services].map((value) => ({ value, label: value }))),
      agentIds: byLabel([...names].map(([value, label]) => ({ value, label }))),
      credentialIds: byLabel(
        (credentials ?? []).map(({ id, label, service }) => ({ value: id, label, detail: service })),
      ),
      proxyIds: byLabel((proxies ?? []).map(({ id, name }) => ({ value: id, label: name }))),
      policyIds: byLabel((policies ?? []).map(({ id, name }) => ({ value: id, label: name }))),
    };
  }, [cached, credentials, agents, policies, proxies]);
}

function byLabel(values: KnownValue[]): KnownValue[] {
  return values.sort((left, right) => left.label.localeCompare(right.label));
}
