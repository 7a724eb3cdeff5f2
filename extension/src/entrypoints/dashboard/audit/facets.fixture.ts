// Counts of an empty log, for tests.

import type { Facets } from './use-facets.ts';

export const noFacets: Facets['values'] = {
  types: [],
  sources: [],
  services: [],
  agentIds: [],
  credentialIds: [],
  proxyIds: [],
  outcomes: [],
  clients: [],
  ips: [],
  rules: [],
  policyIds: [],
};
