// Why a rule passes or refuses one request, as a sentence to the owner: with the facts that it looked at.

import { clientKindLabels } from './client.ts';
import type { JudgedRequest } from './judge.ts';
import type { Rule } from './policy.ts';

/** How far a counter has come: uses within its window, or of all time where it has none. */
export interface CounterState {
  readonly uses: number;
  /** When there is room again; null where there is room, or never will be. */
  readonly roomAtMs: number | null;
}

/** @param counter of a rule that counts; what it has counted before this request. */
export function toVerdictSentence(rule: Rule, request: JudgedRequest, counter: CounterState | null): string {
  switch (rule.type) {
    case 'time_window':
      return `It is ${toLocalTime(request.nowMs, rule.timeZone)} there.`;
    case 'rate_limit':
      return `${toUses(counter, rule.uses)} within the last ${rule.per}.`;
    case 'max_uses':
      return request.by.kind === 'agent' ? `${toUses(counter, rule.uses)} so far.` : withoutGrant[request.by.kind];
    case 'ip_allowlist':
      return request.clientIp === null ? 'The address is not known.' : `The request comes from ${request.clientIp}.`;
    case 'client':
      return `The client is of the kind ${clientKindLabels[request.client]}.`;
    case 'reason':
      return request.by.kind === 'agent' ? toReasonSentence(request.reason) : withoutReason[request.by.kind];
    case 'approval':
      return request.by.kind === 'owner' ? 'You need not ask yourself.' : 'You would be asked.';
    case 'fields':
      return toFieldsSentence(rule.fields, request.fields);
    case 'site':
      return request.by.kind === 'owner' && request.by.fillOrigin !== null
        ? `The page is of ${request.by.fillOrigin}.`
        : 'Only autofill has a site.';
  }
}

const withoutGrant = { owner: 'You need no grant.', proxy: 'A proxy has no grant.' };
const withoutReason = { owner: 'You need not say why.', proxy: 'A proxy cannot say why.' };

function toLocalTime(atMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return format.format(atMs).replace(',', '');
}

function toUses(counter: CounterState | null, usesMax: number): string {
  return `${counter?.uses ?? 0} of ${usesMax} uses`;
}

function toReasonSentence(reason: string | null): string {
  const length = [...(reason ?? '').trim()].length;
  return length === 0
    ? 'No reason is stated.'
    : `The reason has ${length} ${length === 1 ? 'character' : 'characters'}.`;
}

function toFieldsSentence(allowed: readonly string[], asked: readonly string[]): string {
  const others = asked.filter((field) => !allowed.includes(field));
  if (others.length === 0) return 'No other field is asked for.';
  return `${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} asked for, too.`;
}
