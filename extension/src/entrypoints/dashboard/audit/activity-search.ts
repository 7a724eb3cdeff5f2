// "View activity": the log's address for everything that one thing did, or that was done with it.

import type { AuditSearch } from './audit-search.ts';

/** What `Link to="/audit"` takes as its search, by what the activity is of. */
export const activityOf = {
  agent: (id: string): AuditSearch => ({ agents: [id] }),
  /** What an agent was refused; within the last seven days, or as far back as the log goes. */
  denials: (id: string, from?: '7d'): AuditSearch => ({ agents: [id], outcomes: ['denied'], from }),
  credential: (id: string): AuditSearch => ({ credentials: [id] }),
  grant: (grant: { agentId: string; credentialId: string }): AuditSearch => ({
    agents: [grant.agentId],
    credentials: [grant.credentialId],
  }),
  proxy: (id: string): AuditSearch => ({ proxies: [id] }),
  policy: (id: string): AuditSearch => ({ policies: [id] }),
} as const;
