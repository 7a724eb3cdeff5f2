// What is said of an agent's call before anybody is asked and anything is opened: which credential it means, which fields
// would leave, and whether it may. A refusal is recorded here, and so is a request that fits nothing or too much.

import { type Decision, decide } from '@keytrail/shared/decide';
import type { EventDraft } from '@keytrail/shared/event';
import { toBinding } from '../agents/attached-policies.ts';
import type { AgentPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import type { AgentCall, Granted } from './agent-call.ts';
import type { CredentialRow } from './credentials.ts';
import { type Denial, type Denied, deny, toPlainDenial } from './denial.ts';
import { toAgentFacts, toFacts } from './facts.ts';
import { fail } from './failure.ts';
import { selectMeant, toAmbiguous } from './granted.ts';
import { chooseForAgent } from './release.ts';
import { toPolicyFacts } from './use-event.ts';

export interface AgentRequest {
  readonly service: string;
  readonly label?: string | undefined;
  readonly field?: string | undefined;
  readonly reason?: string | undefined;
}

/** A request that nothing stands in the way of but, maybe, the owner's word. */
export interface Judged {
  readonly outcome: 'allowed';
  readonly row: CredentialRow;
  readonly fields: string[];
  readonly decision: Extract<Decision, { allowed: true }>;
  readonly draft: Draft;
}

/** What connects the events of a request to those of its approval. */
export interface Tie {
  readonly approvalId: string;
  readonly correlationId: string;
}

/** A request that is refused, or fits nothing or too much, before that is recorded. */
type Unserved =
  | { readonly outcome: 'refused'; readonly draft: Draft; readonly denial: Denial }
  | { readonly outcome: 'failed'; readonly draft: Omit<EventDraft, 'outcome'>; readonly error: unknown };

/** Judges a call. Throws, once that is recorded, where the words fit several credentials or name a field that is none. */
export async function judgeCall(
  ctx: Context,
  call: AgentCall,
  request: AgentRequest,
  tie: Tie | null,
): Promise<Judged | Denied> {
  const { accountId } = call.agent;
  const judged = toJudged(ctx.nowMs(), call, request);
  if (judged.outcome === 'allowed') return judged;
  if (judged.outcome === 'refused') return deny(ctx, accountId, { ...judged.draft, ...tie }, judged.denial);
  return fail(ctx, accountId, { ...judged.draft, ...tie }, judged.error);
}

/** The same without recording anything. */
export function toJudged(
  nowMs: number,
  { agent, attached, vaultLocked, named: candidates }: AgentCall,
  request: AgentRequest,
): Judged | Unserved {
  const granted = selectMeant(candidates, nowMs);
  const found = granted[0] ?? null;
  const row = found?.credential ?? null;
  const asked = toAgentFacts(agent, found?.grant ?? null, request.reason ?? null);
  const draft = toAgentDraft(agent, request, row);
  const refuse = (denial: Denial): Unserved => ({ outcome: 'refused', draft, denial });
  const meant = [agent.agentId, ...granted.map(({ credential }) => credential.id)];
  const bounds = { vaultLocked, policies: toBinding(attached, meant) };
  const decideOn = (fields: readonly string[]) => decide(toFacts(nowMs, row, fields, bounds, asked));
  const chosen = found === null ? null : choose(found, request);
  const named: Draft = found === null || found.grant === null ? draft : { grantId: found.grant.id, ...draft };
  let refusal: Denial | null = null;
  if (chosen !== null && chosen.fields !== null && granted.length === 1) {
    const decision = decideOn(chosen.fields);
    // Who may have these fields may have none of them, too: nothing else is to be asked.
    if (decision.allowed) return { ...chosen, outcome: 'allowed', decision, draft: named };
    refusal = decision;
  }
  // What stands in the way of the agent itself, policies too, outweighs what it asks for, so that no name can be probed.
  const standing = decideOn([]);
  if (!standing.allowed) return refuse(standing);
  if (chosen === null) return refuse(toPlainDenial('grant_missing'));
  if (refusal !== null) return { outcome: 'refused', draft: { ...named, ...toAsked(chosen) }, denial: refusal };
  const giveUp = (what: Draft, error: unknown): Unserved => ({
    outcome: 'failed',
    draft: { ...what, ...toPolicyFacts(standing), type: 'agent_access' },
    error,
  });
  // Which one was meant is what nobody knows: the event names the service alone.
  if (granted.length > 1) return giveUp(toAgentDraft(agent, request, null), toAmbiguous(granted));
  return giveUp(request.field === undefined ? named : { ...named, fields: [request.field] }, chosen.error);
}

/** Which of them the refusal is about is not said by the rule. */
function toAsked({ fields }: { readonly fields: string[] | null }): Pick<Draft, 'fields'> {
  return fields === null ? {} : { fields };
}

/** The fields that would leave, or why none can. */
function choose({ credential: row, grant }: Granted, { field }: AgentRequest) {
  try {
    return { row, fields: chooseForAgent(row, grant?.fields ?? null, field) };
  } catch (error) {
    return { row, fields: null, error };
  }
}

function toAgentDraft(agent: AgentPrincipal, request: AgentRequest, row: CredentialRow | null): Draft {
  return {
    action: 'fetch',
    source: 'agent',
    title: agent.agentName,
    agentId: agent.agentId,
    agentName: agent.agentName,
    keyId: agent.keyId,
    ...agent.requester,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(row === null ? { service: request.service } : toCredentialFacts(row)),
  };
}

/** The event of an access before it is known what becomes of it. */
export type Draft = Omit<EventDraft, 'type' | 'outcome'>;

/** What an event says of a credential. */
export function toCredentialFacts(
  row: Pick<CredentialRow, 'service' | 'id' | 'label'>,
): Pick<EventDraft, 'service' | 'credentialId' | 'credentialLabel'> {
  return { service: row.service, credentialId: row.id, credentialLabel: row.label };
}
