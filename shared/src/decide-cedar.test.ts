// The stateless rules, judged once more by another engine: Cedar, with each rule as a `forbid … unless`.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFacts, anyStatelessRule, fixedOffsets } from './decide.fixture.ts';
import { type AccessFacts, decide } from './decide.ts';
import { type Rule, weekdays } from './policy.ts';

const requests = 10_000;

test(`${requests} random requests are decided as Cedar decides them`, () => {
  const policies = fc.array(fc.array(anyStatelessRule, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  let allowed = 0;
  fc.assert(
    fc.property(anyFacts, policies, (facts, rules) => {
      const attached = rules.map((each, n) => ({ id: `p${n}`, name: `p${n}`, mode: 'enabled' as const, rules: each }));
      const ours = decide({ ...facts, policies: attached }).allowed;
      expect(isAllowedByCedar(facts, rules.flat())).toBe(ours);
      allowed += ours ? 1 : 0;
    }),
    { numRuns: requests },
  );
  // Neither engine may agree by refusing everything.
  expect(allowed).toBeGreaterThan(requests / 20);
  expect(allowed).toBeLessThan(requests - requests / 20);
}, 120_000);

function isAllowedByCedar(facts: AccessFacts, rules: readonly Rule[]): boolean {
  const conditions = rules.map((rule) => `forbid(principal, action, resource) unless { ${toCondition(rule)} };`);
  const answer = cedar.isAuthorized({
    principal: { type: 'Requester', id: facts.requester.kind },
    action: { type: 'Action', id: 'use' },
    resource: { type: 'Credential', id: facts.credential.id },
    context: toContext(facts),
    policies: { staticPolicies: ['permit(principal, action, resource);', ...conditions].join('\n') },
    entities: [],
  });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  expect(answer.response.diagnostics.errors).toEqual([]);
  return answer.response.decision === 'allow';
}

function toContext({ nowMs, fields, request, requester }: AccessFacts): Record<string, cedar.CedarValueJson> {
  const origin = requester.kind === 'owner' ? requester.fillOrigin : null;
  const address = (request.clientIp ?? '').replace('::ffff:', '');
  return {
    isAgent: requester.kind === 'agent',
    fills: origin !== null,
    origin: origin ?? '',
    fields: [...fields],
    client: request.client,
    reasonLength: (request.reason ?? '').trim().length,
    hasAddress: address !== '',
    // Cedar has no empty address; where there is none it is not looked at.
    address: { __extn: { fn: 'ip', arg: address === '' ? '192.0.2.255' : address } },
    now: { __extn: { fn: 'datetime', arg: new Date(nowMs).toISOString() } },
    // Cedar knows no days of the week: by offset in hours, today's and yesterday's.
    today: Object.fromEntries(Object.values(fixedOffsets).map((hours) => [toKey(hours), toDay(nowMs, hours, 0)])),
    yesterday: Object.fromEntries(Object.values(fixedOffsets).map((hours) => [toKey(hours), toDay(nowMs, hours, -1)])),
  };
}

function toCondition(rule: Rule): string {
  switch (rule.type) {
    case 'time_window':
      return toTimeCondition(rule);
    case 'ip_allowlist':
      return `context.hasAddress && (${rule.ranges.map((range) => `context.address.isInRange(ip("${range}"))`).join(' || ')})`;
    case 'client':
      return `${JSON.stringify(rule.kinds)}.contains(context.client)`;
    case 'fields':
      return `${JSON.stringify(rule.fields)}.containsAll(context.fields)`;
    case 'reason':
      return `!context.isAgent || context.reasonLength >= ${rule.lengthMin}`;
    case 'site':
      return `!context.fills || ${JSON.stringify(rule.origins)}.contains(context.origin)`;
    default:
      throw new Error(`${rule.type} is not stateless`);
  }
}

function toTimeCondition({ days, start, end, timeZone }: Extract<Rule, { type: 'time_window' }>): string {
  const hours = Object.entries(fixedOffsets).find(([zone]) => zone === timeZone)?.[1] ?? Number.NaN;
  const time = `context.now.offset(duration("${hours}h")).toTime()`;
  const is = (day: 'today' | 'yesterday') => `${JSON.stringify(days)}.contains(context.${day}.${toKey(hours)})`;
  const fromStart = `${time} >= ${toDuration(start)}`;
  const beforeEnd = `${time} < ${toDuration(end)}`;
  if (start < end) return `${is('today')} && ${fromStart} && ${beforeEnd}`;
  return `(${is('today')} && ${fromStart}) || (${is('yesterday')} && ${beforeEnd})`;
}

function toDuration(clock: string): string {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return `duration("${Number(hours)}h${Number(minutes)}m")`;
}

function toKey(hours: number): string {
  return hours < 0 ? `minus${-hours}` : `plus${hours}`;
}

function toDay(nowMs: number, hours: number, days: number): string {
  const sundayFirst = new Date(nowMs + hours * 3_600_000 + days * 86_400_000).getUTCDay();
  return weekdays[(sundayFirst + 6) % 7] ?? '';
}
