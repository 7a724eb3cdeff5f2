// Which rule would decide a request that nobody made: the facts of now, at a time and from an address that may be
// another's. Nothing is opened, counted or recorded.

import type { ClientKind } from '@keytrail/shared/client';
import type { AccessFacts } from '@keytrail/shared/decide';
import { AppError } from '@keytrail/shared/errors';
import { type ExplainedPolicy, type Explanation, explain, listCounters } from '@keytrail/shared/explain';
import type { PolicyInput } from '@keytrail/shared/policy';
import type { CounterState } from '@keytrail/shared/verdict-sentence';
import { and, count, desc, eq, gt, lte, or, sql } from 'drizzle-orm';
import { getAgentStatus } from '../agents/agents.ts';
import { type Attached, selectAttached, toBinding } from '../agents/attached-policies.ts';
import { isOf } from '../agents/attachment-rows.ts';
import { isVaultLocked } from '../agents/vault-lock.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { grants, useCounters, useTimes } from '../base/schema.ts';
import { getCredential } from './credentials.ts';
import { toFacts, toGrantFacts } from './facts.ts';
import { toProxyFacts } from './proxy-call.ts';
import { loadProxyForOwner } from './proxy-load.ts';
import { chooseForAgent, chooseForOwner } from './release.ts';

/** What any request has. */
interface Circumstances {
  /** Null: now. */
  readonly at: string | null;
  readonly clientIp: string | null;
  readonly client: ClientKind;
  /** A policy as it stands in an editor: judged in place of the stored one, as if it were attached. */
  readonly policy?: (PolicyInput & { readonly id: string | null }) | undefined;
}

/** The owner or an agent asks for a credential. */
interface ExplainedAccess extends Circumstances {
  /** Null: the owner. */
  readonly agentId: string | null;
  readonly credentialId: string;
  readonly reason: string | null;
  /** Null: all that the requester may have. */
  readonly fields: readonly string[] | null;
  /** The page that is to be filled, for the owner; null for any other way. */
  readonly siteOrigin: string | null;
}

/** Something is called through a proxy that its own lists let through. */
interface ExplainedCall extends Circumstances {
  readonly proxyId: string;
}

/** Explains an access. Throws `not_found` for an agent or a credential that the account does not have. */
export function explainAccess(ctx: Context, owner: OwnerPrincipal, input: ExplainedAccess): Promise<Explanation> {
  const { accountId } = owner;
  return withAccount(ctx.db, accountId, async (tx) =>
    toExplanation(tx, accountId, await findAccessFacts(tx, accountId, toNowMs(ctx, input), input), input),
  );
}

/** Explains a call through a proxy. Throws `not_found` for one that the account does not have. */
export async function explainCall(ctx: Context, owner: OwnerPrincipal, input: ExplainedCall): Promise<Explanation> {
  const { accountId } = owner;
  const loaded = await loadProxyForOwner(ctx, owner, input.proxyId);
  if (loaded === null) throw new AppError('not_found', { message: `no proxy ${input.proxyId}` });
  const { clientIp, client } = input;
  const facts = toProxyFacts(toNowMs(ctx, input), loaded, { clientIp, client, reason: null }, []);
  // Refused as one that has ended.
  const isRemoved = loaded.by.proxy.credentialId !== null && loaded.row === null;
  const credential = isRemoved ? { ...facts.credential, expiresAtMs: 0 } : facts.credential;
  const found = { facts: { ...facts, credential }, attached: loaded.attached };
  return withAccount(ctx.db, accountId, (tx) => toExplanation(tx, accountId, found, input));
}

function toNowMs(ctx: Context, { at }: Circumstances): number {
  return at === null ? ctx.nowMs() : Date.parse(at);
}

/** What a request is decided by, and what binds it. */
interface Found {
  readonly facts: AccessFacts;
  readonly attached: readonly Attached[];
}

async function toExplanation(
  tx: Transaction,
  accountId: string,
  { facts, attached }: Found,
  { policy }: Circumstances,
): Promise<Explanation> {
  const policies = withEdited(toBinding(attached), policy);
  const counters = await readCounters(tx, accountId, facts, policies);
  return explain(facts, policies, (counter) => counters.get(toName(counter)) ?? unused);
}

async function findAccessFacts(
  tx: Transaction,
  accountId: string,
  nowMs: number,
  input: ExplainedAccess,
): Promise<Found> {
  const { agentId, credentialId, clientIp, client, reason } = input;
  const row = await getCredential(tx, accountId, credentialId);
  const requester = await toRequesterFacts(tx, accountId, input);
  const covered = requester.kind === 'agent' ? (requester.grant?.fields ?? null) : null;
  const all = requester.kind === 'owner' ? chooseForOwner(row, undefined) : chooseForAgent(row, covered, undefined);
  const bounds = { vaultLocked: await isVaultLocked(tx, accountId), policies: [] };
  const by = { request: { clientIp, client, reason }, requester };
  const ofCredential = isOf({ kind: 'credential', id: credentialId });
  const which = agentId === null ? ofCredential : or(ofCredential, isOf({ kind: 'agent', id: agentId }));
  return {
    facts: toFacts(nowMs, row, input.fields ?? all, bounds, by),
    attached: await selectAttached(tx, accountId, which),
  };
}

async function toRequesterFacts(
  tx: Transaction,
  accountId: string,
  { agentId, credentialId, siteOrigin }: ExplainedAccess,
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

function withEdited(stored: readonly ExplainedPolicy[], policy: Circumstances['policy']): readonly ExplainedPolicy[] {
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
