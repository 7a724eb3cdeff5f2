// A log as a thousand accounts would leave it, for benches: one account holds a tenth of all events. Names, addresses
// and reasons are common, rare and in between, and belong together as they would: an agent has its credentials, its
// program and its addresses.

import { denialRules, type EventSource, type EventType } from '@keytrail/shared/event';
import type { SeedEvent } from '../kit/seed-log.ts';

export const accountsMax = 1000;
/** This many days before `endsAtMs` the first event lies. */
export const days = 88;

/** A small, fast, seeded random source: the same log each time. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const toAccountId = (n: number) => toUuid(1, n);
const toUuid = (kind: number, n: number) =>
  `019aa0${String(kind).padStart(2, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** What an account owns; everything is derived from its number. */
export interface AccountModel {
  readonly agents: number;
  readonly credentials: number;
  readonly addresses: number;
}
export const toModel = (account: number): AccountModel =>
  account === 0 ? { agents: 40, credentials: 120, addresses: 60 } : { agents: 5, credentials: 15, addresses: 8 };

const serviceNames = ['github', 'openai', 'aws-prod', 'stripe', 'slack', 'linear', 'notion', 'google', 'sentry', 'npm'];
export const toService = (credential: number) =>
  credential < serviceNames.length ? (serviceNames[credential] ?? '') : `service-${Math.floor(credential / 2)}`;
export const toAgentId = (account: number, agent: number) => toUuid(2, account * 100 + agent);
export const toCredentialId = (account: number, credential: number) => toUuid(3, account * 1000 + credential);
export const toProxyId = (account: number, proxy: number) => toUuid(4, account * 10 + proxy);
export const toPolicyId = (account: number, policy: number) => toUuid(5, account * 10 + policy);
export const toAddress = (account: number, address: number) =>
  `10.${account % 250}.${Math.floor(address / 8)}.${address % 8}`;
export const clientsOf = ['nodejs', 'mcp_python', 'cli'] as const;

/** Small numbers often, the last one rarely: with 40 to choose from, about one in 25,000. */
function skewed(dice: () => number, count: number): number {
  return Math.floor(count * dice() ** 3 * 0.999_999_999);
}

const reasons = ['Opens issue', 'Deploys release', 'Rotates the key of job', 'Reads build', 'Answers ticket'];

/** Makes events in the order of time, across all accounts. */
export function* makeLog(total: number, endsAtMs: number): Generator<SeedEvent> {
  const dice = createDice(total);
  const stepMicros = Math.floor((days * 86_400_000_000) / total);
  const startMicros = (endsAtMs - days * 86_400_000) * 1000;
  for (let n = 0; n < total; n++) {
    const account = dice() < 0.1 ? 0 : 1 + Math.floor(dice() * (accountsMax - 1));
    const micros = startMicros + n * stepMicros;
    yield {
      accountId: toAccountId(account),
      body: makeBody(dice, account, n, n / total, Math.floor(micros / 1000)),
      recordedAt: `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`,
    };
  }
}

/** Written as canonical JSON by hand, keys in their order: ten million of these are made. */
function makeBody(dice: () => number, account: number, n: number, age: number, atMs: number): string {
  const { agents, credentials } = toModel(account);
  const type = pickType(dice());
  const isDirect = type === 'secret_access' || type === 'vault_change';
  const agent = skewed(dice, agents);
  const source: EventSource = isDirect
    ? 'direct'
    : type === 'token_refresh'
      ? 'system'
      : dice() < 0.12
        ? 'mcp_proxy'
        : 'agent';
  // The last credential was used in the first tenth of the log only, and seldom: what nobody finds by walking.
  const drawn = (agent * 7 + skewed(dice, 6)) % (credentials - 1);
  const credential = age < 0.1 && dice() < 0.0005 ? credentials - 1 : isDirect ? skewed(dice, credentials - 1) : drawn;
  const address = isDirect ? skewed(dice, 5) : 5 + ((agent + skewed(dice, 3)) % (toModel(account).addresses - 5));
  const hasAgent = source === 'agent' || source === 'mcp_proxy';
  const denied = type === 'policy_denied';
  const said =
    hasAgent && dice() < 0.2
      ? `${reasons[n % reasons.length]} ${n}${n % 99_991 === 0 ? ' after the zebra incident' : ''}`
      : null;
  const members: [string, string | null][] = [
    ['action', isDirect ? '"reveal"' : '"fetch"'],
    ['agentId', hasAgent ? `"${toAgentId(account, agent)}"` : null],
    ['agentName', hasAgent ? `"bot-${agent}"` : null],
    ['client', isDirect ? '"browser"' : source === 'system' ? null : `"${clientsOf[agent % clientsOf.length]}"`],
    ['clientIp', source === 'system' ? null : `"${toAddress(account, address)}"`],
    ['credentialId', `"${toCredentialId(account, credential)}"`],
    ['credentialLabel', `"label ${credential}"`],
    ['fields', denied ? null : '["value"]'],
    ['id', `"${toEventId(atMs, n)}"`],
    ['occurredAt', `"${new Date(atMs).toISOString()}"`],
    ['outcome', denied ? '"denied"' : dice() < 0.002 ? '"failed"' : '"ok"'],
    ['policyIds', hasAgent && agent % 3 === 0 ? `["${toPolicyId(account, agent % 10)}"]` : null],
    ['proxyId', source === 'mcp_proxy' ? `"${toProxyId(account, agent % 5)}"` : null],
    ['proxyName', source === 'mcp_proxy' ? `"proxy-${agent % 5}"` : null],
    ['reason', said === null ? null : `"${said}"`],
    ['rule', denied ? `"${denialRules[skewed(dice, denialRules.length)]}"` : null],
    ['salt', `"${String(n).padStart(22, 'A')}"`],
    ['service', `"${toService(credential)}"`],
    ['siteOrigin', type === 'secret_access' && dice() < 0.7 ? `"https://${toService(credential)}.example.com"` : null],
    ['source', `"${source}"`],
    ['title', isDirect ? '"Direct Access"' : hasAgent ? `"bot-${agent}"` : '"Token refreshed"'],
    ['type', `"${type}"`],
    ['userAgent', isDirect ? '"Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36"' : '"node"'],
  ];
  return `{${members.flatMap(([name, value]) => (value === null ? [] : [`"${name}":${value}`])).join()}}`;
}

function pickType(roll: number): EventType {
  if (roll < 0.72) return 'agent_access';
  if (roll < 0.88) return 'secret_access';
  if (roll < 0.93) return 'token_refresh';
  return roll < 0.985 ? 'policy_denied' : 'vault_change';
}

function toEventId(atMs: number, n: number): string {
  const time = Math.trunc(atMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
}
