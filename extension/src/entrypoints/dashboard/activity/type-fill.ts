// The colours of event types as the chart draws them; those of the icons in the list below it.

import type { EventType } from '@keytrail/shared/event';

/** Refreshes are blue as agents are, and paler where the two stand on each other. */
export const typeFills: Record<EventType, { readonly bar: string; readonly swatch: string }> = {
  secret_access: { bar: 'fill-green', swatch: 'bg-green' },
  agent_access: { bar: 'fill-blue', swatch: 'bg-blue' },
  token_refresh: { bar: 'fill-blue opacity-50', swatch: 'bg-blue opacity-50' },
  policy_denied: { bar: 'fill-red', swatch: 'bg-red' },
  vault_change: { bar: 'fill-control', swatch: 'bg-control' },
};
