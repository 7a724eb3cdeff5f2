// What the server says about a request that nobody made, and how the form asks for it.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { ClientKind } from '@keytrail/shared/client';
import { toIpRange } from '@keytrail/shared/ip-range';
import { toOrigin } from '@keytrail/shared/site';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { fromLocalField } from '../../../ui/date-range.ts';
import { strings } from '../strings.ts';
import type { PolicyValue } from './policy-draft.ts';

const text = strings.policies;

export type Explanation = inferRouterOutputs<AppRouter>['policies']['explain'];
type Inputs = inferRouterInputs<AppRouter>['policies'];

/** Of an access, or of a call through a proxy. */
export type ExplainInput =
  | { readonly kind: 'access'; readonly request: Inputs['explain'] }
  | { readonly kind: 'call'; readonly request: Inputs['explainCall'] };

/** As typed. */
export interface RequestDraft {
  /** Empty where no agent asks: the owner, or whoever has the proxy's key. */
  readonly agentId: string;
  /** Empty where nothing is called through a proxy. */
  readonly proxyId: string;
  readonly credentialId: string;
  /** As a `datetime-local` field holds it; empty: now. */
  readonly at: string;
  readonly clientIp: string;
  readonly client: ClientKind;
  readonly reason: string;
  readonly siteOrigin: string;
  /** Null: all of them. */
  readonly fields: readonly string[] | null;
}

export const emptyRequest: RequestDraft = {
  agentId: '',
  proxyId: '',
  credentialId: '',
  at: '',
  clientIp: '',
  client: 'nodejs',
  reason: '',
  siteOrigin: '',
  fields: null,
};

/** Sentences by place: `clientIp`, `siteOrigin`. */
export function findRequestErrors(draft: RequestDraft): { clientIp?: string; siteOrigin?: string } {
  return {
    ...(draft.clientIp.trim() === '' || toAddress(draft.clientIp) !== null
      ? {}
      : { clientIp: text.explainPanel.clientIpWrong }),
    ...(draft.siteOrigin.trim() === '' || toOrigin(draft.siteOrigin.trim()) !== null
      ? {}
      : { siteOrigin: text.form.originAdvice }),
  };
}

/** Null while the form says too little, or something that is wrong. */
export function toExplainInput(
  draft: RequestDraft,
  edited: { id: string | null; policy: PolicyValue } | undefined,
): ExplainInput | null {
  if (Object.keys(findRequestErrors(draft)).length > 0) return null;
  const circumstances = {
    at: fromLocalField(draft.at) ?? null,
    clientIp: toAddress(draft.clientIp),
    client: draft.client,
    ...(edited === undefined ? {} : { policy: { ...edited.policy, id: edited.id } }),
  };
  if (draft.proxyId !== '') return { kind: 'call', request: { ...circumstances, proxyId: draft.proxyId } };
  if (draft.credentialId === '') return null;
  const byAgent = draft.agentId !== '';
  const request = {
    ...circumstances,
    agentId: byAgent ? draft.agentId : null,
    credentialId: draft.credentialId,
    reason: byAgent && draft.reason.trim() !== '' ? draft.reason.trim() : null,
    fields: draft.fields === null ? null : [...draft.fields],
    siteOrigin: byAgent ? null : toOrigin(draft.siteOrigin.trim()),
  };
  return { kind: 'access', request };
}

/** One address and no range; null for anything else. */
function toAddress(typed: string): string | null {
  const range = toIpRange(typed);
  return range === null || range.includes('/') ? null : range;
}
