// What is new about a use: the agent or the proxy itself, the address it came from, the kind of client. A first use is one
// piece of news, whatever else is new about it; the owner's own is none.

import type { AlertKind } from '@keytrail/shared/alert';
import { type ClientKind, clientKindLabels } from '@keytrail/shared/client';
import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { toIpRange } from '@keytrail/shared/ip-range';
import {
  type Actor,
  type AlertDraft,
  findActor,
  toActorFilter,
  toCause,
  toCredentialWords,
  toSpan,
} from './alert-draft.ts';

/** Marks of a use, once each: a mark that is known is no news. The migration `alert_jobs` writes the same for older logs. */
interface UseMarks {
  readonly actor: string;
  readonly ip: string | null;
  readonly client: string | null;
}

/** All marks of an event; none for what is no use. */
export function listMarks(event: AuditEvent): string[] {
  const actor = findUser(event);
  return actor === null ? [] : Object.values(toMarks(actor, event)).filter((mark) => mark !== null);
}

/** The alerts that a use gives rise to, where `known` holds the marks of all that came before it. */
export function findUseNews(event: AuditEvent, known: ReadonlySet<string>): AlertDraft[] {
  const actor = findUser(event);
  if (actor === null) return [];
  const marks = toMarks(actor, event);
  if (!known.has(marks.actor)) return actor.key === 'owner' ? [] : [toFirstUse(actor, event)];
  const isNew = (mark: string | null) => mark !== null && !known.has(mark);
  return [
    ...(isNew(marks.ip) && event.clientIp !== undefined ? [toNewIp(actor, event, event.clientIp)] : []),
    ...(isNew(marks.client) && event.client !== undefined ? [toNewClient(actor, event, event.client)] : []),
  ];
}

function findUser(event: AuditEvent): Actor | null {
  const isUse = event.type === 'agent_access' || event.type === 'secret_access';
  return isUse && event.outcome === 'ok' ? findActor(event) : null;
}

function toMarks({ key }: Actor, { clientIp, client }: AuditEvent): UseMarks {
  return {
    actor: `actor ${key}`,
    ip: clientIp === undefined ? null : `ip ${key} ${toNeighbourhood(clientIp)}`,
    client: client === undefined ? null : `client ${key} ${client}`,
  };
}

/** A machine changes the lower half of its IPv6 address by itself, every day: the network is what tells it apart. */
function toNeighbourhood(ip: string): string {
  return ip.includes(':') ? (toIpRange(`${ip}/64`) ?? ip) : ip;
}

function toFirstUse(actor: Actor, event: AuditEvent): AlertDraft {
  const from = event.clientIp === undefined ? '' : `, from ${event.clientIp}`;
  return {
    ...toUseDraft('first_use', actor, event, {}),
    sentence:
      actor.proxyId === null
        ? `${actor.name} used a credential for the first time: ${toCredentialWords(event)}${from}.`
        : `The proxy ${actor.name} was called for the first time: ${toCallWords(event)}${from}.`,
  };
}

function toNewIp(actor: Actor, event: AuditEvent, ip: string): AlertDraft {
  return {
    ...toUseDraft('new_ip', actor, event, { ips: [ip] }),
    sentence: `${toUseWords(actor, event)} from a new address: ${ip}.`,
  };
}

function toNewClient(actor: Actor, event: AuditEvent, client: ClientKind): AlertDraft {
  const program = event.clientName === undefined ? '' : ` (${event.clientName})`;
  return {
    ...toUseDraft('new_client', actor, event, { clients: [client] }),
    sentence: `${toUseWords(actor, event)} with a new kind of client: ${clientKindLabels[client]}${program}.`,
  };
}

/** A call through a proxy: "create_issue at api.example.com". */
function toCallWords({ tool, upstreamHost }: AuditEvent): string {
  const at = upstreamHost === undefined ? '' : ` at ${upstreamHost}`;
  return `${tool ?? 'a call'}${at}`;
}

function toUseWords(actor: Actor, event: AuditEvent): string {
  if (actor.proxyId !== null) return `The proxy ${actor.name} was called (${toCallWords(event)})`;
  const credential = toCredentialWords(event);
  return actor.agentId === null ? `${credential} was used directly` : `${actor.name} used ${credential}`;
}

function toUseDraft(
  kind: AlertKind,
  actor: Actor,
  event: AuditEvent,
  narrower: EventFilter,
): Omit<AlertDraft, 'sentence'> {
  return {
    kind,
    cause: toCause(kind, actor.key),
    subject: actor.name,
    agentId: actor.agentId,
    proxyId: actor.proxyId,
    credentialId: event.credentialId ?? null,
    eventId: event.id,
    filter: {
      ...toActorFilter(actor),
      types: [event.type],
      ...narrower,
      ...toSpan(Date.parse(event.recordedAt)),
    },
  };
}
