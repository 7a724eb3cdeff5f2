// What may be open over the agents page.

import type { AgentSummary, ConnectionSummary } from '@keytrail/shared/agent';

/** What cannot be taken back, and so asks first. */
type ConfirmedAction = 'endOldKeys' | 'remove';

export type AgentOverlay =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'rotate' | ConfirmedAction | 'grant'; readonly agent: AgentSummary }
  | { readonly kind: 'disconnect'; readonly agent: AgentSummary; readonly connection: ConnectionSummary }
  | { readonly kind: 'key'; readonly agent: AgentSummary; readonly key: string };
