// What may be open over the agents page.

import type { AgentSummary } from '@keytrail/shared/agent';

/** What cannot be taken back, and so asks first. */
export type ConfirmedAction = 'endOldKeys' | 'remove';

export type AgentOverlay =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'rotate' | ConfirmedAction | 'grant'; readonly agent: AgentSummary }
  | { readonly kind: 'key'; readonly agent: AgentSummary; readonly key: string };
