// What may be open over the agents page.

import type { AgentSummary } from '@keytrail/shared/agent';

export type ConfirmedAction = 'rotate' | 'suspend' | 'resume' | 'remove';

export type AgentOverlay =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | ConfirmedAction | 'grant'; readonly agent: AgentSummary }
  | { readonly kind: 'key'; readonly agent: AgentSummary; readonly key: string };
