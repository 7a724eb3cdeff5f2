// What is said of a call through a proxy before anything is opened: which fields it injects, and whether it may.

import { findMainField } from '@keytrail/shared/credential';
import { type AccessFacts, type Decision, decide } from '@keytrail/shared/decide';
import type { EventDraft } from '@keytrail/shared/event';
import type { ProxyInput } from '@keytrail/shared/proxy';
import { templatesOf } from '@keytrail/shared/proxy-schema';
import { fieldsOfTemplates } from '@keytrail/shared/proxy-template';
import type { Asker } from '../agents/approval-asker.ts';
import { toBinding } from '../agents/attached-policies.ts';
import type { ProxyPrincipal, ProxyRow } from '../auth/proxy-keys.ts';
import type { Context } from '../base/context.ts';
import type { CredentialRow } from './credentials.ts';
import { type Denial, type Denied, deny, toPlainDenial } from './denial.ts';
import { toFacts } from './facts.ts';
import { type Draft, type Tie, toCredentialFacts } from './judge-call.ts';
import type { LoadedProxy } from './proxy-load.ts';

/** What is called. */
export interface ProxyCallFacts {
  /** A tool, resource or prompt by name, or method and path without the query. */
  readonly tool: string;
  /** Ties its events together. */
  readonly correlationId: string;
}

/** One call that is about to go out. */
export interface ProxyCall extends ProxyCallFacts {
  /** Which of the proxy's own lists does not let it through, as they are when it is decided. */
  readonly findRefusal: (proxy: Pick<ProxyRow, 'toolAccess' | 'routes'>) => 'tool' | 'route' | null;
  /** What the owner is asked about, where that is more than this call: all that goes out with it or not at all. */
  readonly asked?: string | undefined;
  /** The owner's word on what goes out with it, asked for by a call beside it. */
  readonly approved?: Tie | null | undefined;
}

/** A call that nothing stands in the way of. */
export interface JudgedProxyCall {
  readonly outcome: 'allowed';
  /** What it was judged by. */
  readonly loaded: LoadedProxy;
  /** Null where nothing is injected. */
  readonly row: CredentialRow | null;
  readonly fields: string[];
  readonly decision: Extract<Decision, { allowed: true }>;
  readonly draft: Draft;
}

/** A call that is refused, before that is recorded. */
interface RefusedProxyCall {
  readonly outcome: 'refused';
  readonly draft: Draft;
  readonly denial: Denial;
  /** What happened, where the rule's own words do not say it. */
  readonly because: string | null;
}

/** Judges a call, or, with null, whatever of the protocol is none; a refusal is recorded here. */
export async function judgeProxyCall(
  ctx: Context,
  loaded: LoadedProxy,
  call: ProxyCall | null,
  tie: Tie | null = null,
): Promise<JudgedProxyCall | Denied> {
  const judged = toJudgedProxyCall(ctx.nowMs(), loaded, call, tie);
  if (judged.outcome === 'allowed') return judged;
  const { draft, denial, because } = judged;
  const { accountId } = loaded.by;
  if (because === null) return deny(ctx, accountId, draft, denial);
  return { ...(await deny(ctx, accountId, { ...draft, note: because }, denial)), because };
}

/** The same without recording anything. */
export function toJudgedProxyCall(
  nowMs: number,
  loaded: LoadedProxy,
  call: ProxyCall | null,
  tie: Tie | null = null,
): JudgedProxyCall | RefusedProxyCall {
  const { by, row, attached } = loaded;
  const { proxy } = by;
  const draft = { ...toProxyDraft(by, call, row), ...tie };
  const refuse = (denial: Denial, because: string | null = null): RefusedProxyCall => ({
    outcome: 'refused',
    draft,
    denial,
    because,
  });
  if (proxy.credentialId !== null && row === null) {
    return refuse(toPlainDenial('credential_expired'), 'The credential of this proxy was removed');
  }
  const { client, clientIp = null } = by.requester;
  const facts = toProxyFacts(nowMs, loaded, { clientIp, client, reason: null }, toBinding(attached));
  const decision = decide(facts);
  if (!decision.allowed) return refuse(decision);
  const refusedBy = call?.findRefusal(proxy) ?? null;
  if (refusedBy !== null) return refuse(toPlainDenial(refusedBy));
  return { outcome: 'allowed', loaded, row, fields: [...facts.fields], decision, draft };
}

/** What a call is decided by. */
export function toProxyFacts(
  nowMs: number,
  { by: { proxy, keyRevoked }, row, vaultLocked }: Pick<LoadedProxy, 'by' | 'row' | 'vaultLocked'>,
  request: AccessFacts['request'],
  policies: AccessFacts['policies'],
): AccessFacts {
  const fields = row === null ? [] : toInjectedFields(proxy, row);
  const requester = { kind: 'proxy', id: proxy.id, enabled: proxy.enabled, keyRevoked } as const;
  return toFacts(nowMs, row, fields, { vaultLocked, policies }, { request, requester });
}

/** Who asks the owner about a call; null where the owner tries it themselves. */
export function toProxyAsker({ loaded: { by }, draft }: JudgedProxyCall, call: ProxyCall): Asker | null {
  const { keyId } = by;
  const { upstreamHost } = draft;
  if (keyId === null) return null;
  if (upstreamHost === undefined) throw new Error('a call through a proxy goes to some host');
  return { kind: 'proxy', by: { ...by, keyId }, tool: call.asked ?? call.tool, upstreamHost };
}

/** What `${TOKEN}` stands for in the templates of a proxy of this credential; null where it has no one main secret. */
export function toTokenField(row: Pick<CredentialRow, 'kind' | 'sealed'>): string | null {
  return findMainField(row.kind, Object.keys(row.sealed));
}

function toInjectedFields(
  proxy: Pick<ProxyInput, 'headers' | 'query' | 'basicAuth'>,
  row: Pick<CredentialRow, 'kind' | 'sealed'>,
): string[] {
  return fieldsOfTemplates(templatesOf(proxy), toTokenField(row));
}

/** The event of a call before it is known what becomes of it, or of its answer. */
export function toProxyDraft(
  by: ProxyPrincipal,
  call: ProxyCallFacts | null,
  row: Pick<CredentialRow, 'service' | 'id' | 'label'> | null,
): Draft {
  const upstreamHost = new URL(by.proxy.upstreamUrl).host;
  const facts: Partial<EventDraft> = row === null ? {} : toCredentialFacts(row);
  return {
    action: 'inject',
    source: 'mcp_proxy',
    title: by.proxy.name,
    proxyId: by.proxy.id,
    proxyName: by.proxy.name,
    ...(by.keyId === null ? {} : { keyId: by.keyId }),
    ...facts,
    upstreamHost,
    ...(call === null ? {} : { tool: call.tool, correlationId: call.correlationId }),
    ...by.requester,
  };
}
