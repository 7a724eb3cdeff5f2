// What was done, in words, where the title of an event does not say so.

import type { AuditEvent } from '@keytrail/shared/event';
import { toActionWords } from './event-words.ts';
import type { Fold } from './fold-events.ts';
import type { EventRow } from './fold-rows.ts';
import { strings } from './strings.ts';

/** Null where the title is enough: those of changes say what was done, and an agent's use is told by its agent. */
export function toDeedWords(event: AuditEvent): string | null {
  if (isCallOrAnswer(event)) return toCallWords(event);
  const { type, action } = event;
  const isTold = type === 'secret_access' || isRefreshAsked(event) || action === 'ticket' || action === 'deliver';
  return isTold ? toActionWords(event) : null;
}

/** Of several events as one row: the call, where its answers are in it; else what all of them have in common. */
export function toRowDeed({ event, fold, place }: EventRow): string | null {
  if (place !== 'folded') return toDeedWords(event);
  const call = fold.find(({ action }) => action === 'inject');
  const isShared = fold.every(({ upstreamStatus }) => upstreamStatus === event.upstreamStatus);
  return toDeedWords(call ?? (isShared ? event : { ...event, upstreamStatus: undefined }));
}

/** What a row says that stands for one call and its answer; null where it stands for anything else. */
export function toAnswerOfFold([newest, ...older]: Fold): string | null {
  const isPair = newest.action === 'result' && older.length === 1 && older[0]?.action === 'inject';
  return isPair ? toAnswerWords({ ...newest, tool: undefined }) : null;
}

/** A call through a proxy, or the answer to it. */
export function isCallOrAnswer({ action }: AuditEvent): boolean {
  return action === 'inject' || action === 'result';
}

/** The owner's webhook was asked to renew a token: what became of it is another event. */
function isRefreshAsked({ type, action }: AuditEvent): boolean {
  return type === 'token_refresh' && action === 'notify';
}

/** A call and its answer are two events, which only this tells apart. */
function toCallWords(event: AuditEvent): string {
  if (event.action === 'result') return toAnswerWords(event);
  const { called, call } = strings.proxyCall;
  return event.outcome === 'ok' ? called(event.tool) : call(event.tool);
}

/** An answer that broke off was one all the same, and has its status. */
function toAnswerWords({ outcome, tool, upstreamStatus }: AuditEvent): string {
  const { answered, answeredAtAll, failed } = strings.proxyCall;
  if (upstreamStatus !== undefined) return answered(upstreamStatus, tool);
  return outcome === 'ok' ? answeredAtAll(tool) : failed(tool);
}
