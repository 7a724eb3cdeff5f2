// An owner lets a client act as one of their agents, or does not: agent, connection and events are one transaction.

import type { AgentInput, AgentSummary } from '@keytrail/shared/agent';
import { AppError } from '@keytrail/shared/errors';
import { mintAuthorizationCode, mintUuid } from '@keytrail/shared/ids';
import { type Change, recordChange } from '../audit/change.ts';
import { hashKey } from '../auth/agent-keys.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import type { Context } from '../base/context.ts';
import { type Transaction, withAccount } from '../base/db.ts';
import { agentConnections, agentKeys } from '../base/schema.ts';
import { changeAgent, getAgent, insertAgent, lockAgent, toChange } from './agents.ts';
import { toDestination } from './connection-rows.ts';
import { endConnectionsOf } from './connections.ts';

/** For how long the client may take to fetch its first tokens. */
const codeMs = 60_000;

/** As whom the client is to act. */
export type AgentChoice =
  | { readonly kind: 'existing'; readonly id: string }
  | { readonly kind: 'new'; readonly name: AgentInput['name'] };

/** Who asked to be let in, as it was checked. */
export interface AskingClient {
  readonly clientHash: Buffer;
  readonly clientName: string;
  /** The host that describes it so; null where only the client itself says it. */
  readonly describedAt: string | null;
  readonly redirectUri: string;
  /** By S256. */
  readonly codeChallenge: string;
}

/**
 * Lets a client act as an agent, which is made first if it is new, and answers the code that it fetches its tokens with. An
 * earlier connection of the same client to the same agent ends. Throws `agent_suspended` and `not_found`.
 */
export function connectClient(
  ctx: Context,
  owner: OwnerPrincipal,
  choice: AgentChoice,
  client: AskingClient,
): Promise<{ code: string }> {
  const code = mintAuthorizationCode(owner.accountId, ctx.randomBytes);
  const id = mintUuid(ctx.nowMs(), ctx.randomBytes);
  return changeAgent(ctx, owner, async (tx) => {
    const { agent, made } = await getChosen(tx, ctx, owner.accountId, choice);
    const replaced = await endConnectionsOf(tx, ctx, owner.accountId, agent, client.clientHash);
    await insertConnection(tx, ctx, { accountId: owner.accountId, id, agentId: agent.id, code }, client);
    const note = toNote(client);
    return {
      answer: { code },
      along: [...made, ...replaced],
      change: { ...toChange('create', 'Client connected', agent), keyId: id, note },
    };
  });
}

/** Notes that the owner did not let a client in. Nothing changes. */
export function refuseClient(
  ctx: Context,
  owner: OwnerPrincipal,
  client: Pick<AskingClient, 'clientName' | 'describedAt' | 'redirectUri'>,
): Promise<void> {
  return withAccount(ctx.db, owner.accountId, async (tx) => {
    await recordChange(tx, ctx, owner, { action: 'refuse', title: 'Client refused', note: toNote(client) });
  });
}

async function getChosen(
  tx: Transaction,
  ctx: Context,
  accountId: string,
  choice: AgentChoice,
): Promise<{ agent: AgentSummary; made: Change[] }> {
  if (choice.kind === 'new') {
    const id = await insertAgent(tx, ctx, accountId, { name: choice.name, description: '' });
    const agent = await getAgent(tx, ctx, accountId, id);
    return { agent, made: [toChange('create', 'Agent created', agent)] };
  }
  await lockAgent(tx, accountId, choice.id);
  const agent = await getAgent(tx, ctx, accountId, choice.id);
  if (agent.status === 'active') return { agent, made: [] };
  throw new AppError('agent_suspended', {
    message: `agent ${agent.id} is suspended`,
    public: 'This agent is suspended. Resume it on the Agents page, or choose another one.',
  });
}

async function insertConnection(
  tx: Transaction,
  ctx: Context,
  { accountId, id, agentId, code }: { accountId: string; id: string; agentId: string; code: string },
  { clientName, describedAt: _describedAt, ...client }: AskingClient,
): Promise<void> {
  const codeExpiresAt = new Date(ctx.nowMs() + codeMs);
  await tx.insert(agentKeys).values({
    accountId,
    id,
    agentId,
    kind: 'connection',
    // Of no token: none was given out yet.
    hash: hashKey(ctx.randomBytes(32)),
    hint: '',
    clientName,
    createdAt: new Date(ctx.nowMs()),
    expiresAt: codeExpiresAt,
  });
  await tx.insert(agentConnections).values({
    accountId,
    id,
    ...client,
    clientName,
    codeHash: hashKey(code),
    codeExpiresAt,
    endsAt: codeExpiresAt,
  });
}

function toNote({
  clientName,
  describedAt,
  redirectUri,
}: Pick<AskingClient, 'clientName' | 'describedAt' | 'redirectUri'>): string {
  const described = describedAt === null ? '' : `, described at ${describedAt}`;
  return `${clientName}${described}, returning to ${toDestination(redirectUri)}`;
}
