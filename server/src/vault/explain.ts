// Which rule would decide a request that nobody made: the facts of now, at a time and from an address that may be
// another's. Nothing is opened, counted or recorded.

import type { ClientKind } from '@keytrail/shared/client';
import type { AccessFacts } from '@keytrail/shared/decide';
import { type ExplainedPolicy, type Explanation, explain, listCounters } from '@keytrail/shared/explain';
import type { PolicyInput } from '@keytrail/shared/policy';
import type { CounterState } from '@keytrail/shared/verdict-sentence';
import { and, count, desc, eq, gt, lte, or, sql } from 'drizzle-orm';
import { getAgentStatus } from '../agents/agents.ts';
import { selectAttached, toBinding } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { grants, useCounters, useTimes } from '../base/schema.ts';
import { getCredential } from './credentials.ts';
import { toFacts, toGrantFacts } from './facts.ts';
import { chooseForAgent, chooseForOwner } from './release.ts';

export interface ExplainInput {
  /** Null: the owner. */
  readonly agentId: string | null;
  readonly credentialId: string;
  /** Null: now. */
  readonly at: string | null;
  readonly clientIp: string | null;
  readonly client: ClientKind;
  readonly reason: string | null;
  /** Null: all that the requester may have. */
  readonly fields: readonly string[] | null;
  /** The page that is to be filled, for the owner; null for any other way. */
  readonly siteOrigin: string | null;
  /** A policy as it stands in an editor: judged in place of the stored one, as if it were attached. */
  readonly policy?: (PolicyInput & { readonly id: string | null }) | undefined;
}

/** Explains one request. Throws `not_found` for an agent or a credential that the account does not have. */
export function explainAccess(ctx: Context, owner: OwnerPrincipal, input: ExplainInput): Promise<Explanation> {
  const { accountId } = owner;
  return withAccount(ctx.db, accountId, async (tx) => {
    const row = await getCredential(tx, accountId, input.credentialId);
    const requester = await toRequesterFacts(tx, accountId, input);
    const { clientIp, client, reason } = input;
    const covered = requester.kind === 'agent' ? (requester.grant?.fields ?? null) : null;
    const all = requester.kind === 'owner' ? chooseForOwner(row, undefined) : chooseForAgent(row, covered, undefined);
    const facts = toFacts(
      input.at === null ? ctx.nowMs() : Date.parse(input.at),
      row,
      input.fields ?? all,
      { vaultLocked: await isVaultLocked(tx, accountId), policies: [] },
      { request: { clientIp, client, reason }, requester },
    );
    const policies = await selectPolicies(tx, accountId, input);
    const counters = await readCounters(tx, accountId, facts, policies);
    return explain(facts, policies, (counter) => counters.get(toName(counter)) ?? unused);
  });
}

async function toRequesterFacts(
  tx: Transaction,
  accountId: string,
  { agentId, credentialId, siteOrigin }: ExplainInput,
): Promise<AccessFacts['requester']> {
  if (agentId === null) return { kind: 'owner', fillOrigin: siteOrigin };
  const status = await getAgentStatus(tx, accountId, agentId);
  const [grant] = await tx
    .select()
    .from(grants)
    .where(and(eq(grants.accountId, accountId), eq(grants.agentId, agentId), eq(grants.credentialId, credentialId)))
    .orderBy(desc(grants.createdAt), desc(grants.id))
    .limit(1);
  return {
    kind: 'agent',
    id: agentId,
    status,
    keyRevoked: false,
    grant: grant === undefined ? null : toGrantFacts(grant),
  };
}

async function selectPolicies(tx: Transaction, accountId: string, input: ExplainInput): Promise<ExplainedPolicy[]> {
  const { agentId, credentialId, policy } = input;
  const ofCredential = isOf({ kind: 'credential', id: credentialId });
  const which = agentId === null ? ofCredential : or(ofCredential, isOf({ kind: 'agent', id: agentId }));
  const stored = toBinding(await selectAttached(tx, accountId, which));
  if (policy === undefined) return stored;
  const edited = { id: policy.id ?? 'edited', name: policy.name, mode: policy.mode, rules: policy.rules };
  return [edited, ...stored.filter(({ id }) => id !== policy.id)];
}

const unused: CounterState = { uses: 0, roomAtMs: null };

type CounterOf = ReturnType<typeof listCounters>[number];

function toName({ key, usesMax, windowMs }: Pick<CounterOf, 'key' | 'usesMax' | 'windowMs'>): string {
  return `${key} ${usesMax} ${windowMs}`;
}

async function readCounters(
  tx: Transaction,
  accountId: string,
  facts: AccessFacts,
  policies: readonly ExplainedPolicy[],
): Promise<Map<string, CounterState>> {
  const states = listCounters(facts, policies).map(
    async (counter) => [toName(counter), await readCounter(tx, accountId, facts.nowMs, counter)] as const,
  );
  return new Map(await Promise.all(states));
}

async function readCounter(
  tx: Transaction,
  accountId: string,
  atMs: number,
  { key, usesMax, windowMs }: CounterOf,
): Promise<CounterState> {
  if (windowMs === null) {
    const [counter] = await tx
      .select({ uses: useCounters.uses })
      .from(useCounters)
      .where(and(eq(useCounters.accountId, accountId), eq(useCounters.key, key)));
    return { uses: counter?.uses ?? 0, roomAtMs: null };
  }
  // The limit is reached while the oldest of the last `usesMax` uses lies within the window; no use is dated before the one it follows.
  const last = tx
    .select({ usedAt: useTimes.usedAt })
    .from(useTimes)
    .where(
      and(
        eq(useTimes.accountId, accountId),
        eq(useTimes.counter, toCounterId(key)),
        lte(useTimes.usedAt, new Date(atMs)),
      ),
    )
    .orderBy(desc(useTimes.n))
    .limit(usesMax)
    .as('last');
  const [row] = await tx
    .select({
      uses: count(),
      oldestMs: sql<number | null>`ceil(extract(epoch from min(${last.usedAt})) * 1000)::float8`,
    })
    .from(last)
    .where(gt(last.usedAt, new Date(atMs - windowMs)));
  const { uses, oldestMs } = row ?? { uses: 0, oldestMs: null };
  return { uses, roomAtMs: uses < usesMax || oldestMs === null ? null : oldestMs + windowMs };
}

/** As the functions that append write it. */
function toCounterId(key: string) {
  return sql`encode(substr(sha256(convert_to(${key}, 'UTF8')), 1, 16), 'hex')::uuid`;
}
