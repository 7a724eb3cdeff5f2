import { expect, test } from 'vitest';
import { type JudgedRequest, judge } from './judge.ts';
import type { Rule } from './policy.ts';

const policyId = 'policy-1';
const request: JudgedRequest = {
  nowMs: Date.parse('2026-11-24T12:00:00Z'),
  fields: ['value'],
  clientIp: '203.0.113.7',
  client: 'nodejs',
  reason: 'nightly deploy',
  credentialId: 'credential-1',
  by: { kind: 'agent', agentId: 'agent-1', grantId: 'grant-1' },
};
const owner = (fillOrigin: string | null = null): Partial<JudgedRequest> => ({
  by: { kind: 'owner', fillOrigin },
  reason: null,
});
const proxy: Partial<JudgedRequest> = { by: { kind: 'proxy', proxyId: 'proxy-1' }, reason: null };
const hours = { type: 'time_window', days: ['tue'], start: '09:00', end: '17:00', timeZone: 'UTC' } as const;
const addresses = (...ranges: string[]): Rule => ({ type: 'ip_allowlist', ranges });
const site: Rule = { type: 'site', origins: ['https://a.test'] };

test.each<[string, Rule, Partial<JudgedRequest>, ReturnType<typeof judge>['kind']]>([
  ['within the hours', hours, {}, 'passes'],
  ['at their end', hours, { nowMs: Date.parse('2026-11-24T17:00:00Z') }, 'refuses'],
  ['hours bind the owner', hours, { ...owner(), nowMs: Date.parse('2026-11-25T12:00:00Z') }, 'refuses'],
  ['an address of the range', addresses('203.0.113.0/24'), {}, 'passes'],
  ['one of several', addresses('10.0.0.0/8', '203.0.113.7'), {}, 'passes'],
  ['an address beside it', addresses('203.0.113.0/29'), { clientIp: '203.0.113.8' }, 'refuses'],
  ['a mapped address is IPv4', addresses('203.0.113.0/24'), { clientIp: '::ffff:203.0.113.7' }, 'passes'],
  ['IPv6 in its range', addresses('2001:db8::/32'), { clientIp: '2001:db8::1' }, 'passes'],
  ['another family never', addresses('::/0'), {}, 'refuses'],
  ['no address is in no range', addresses('0.0.0.0/0', '::/0'), { clientIp: null }, 'refuses'],
  ['not an address', addresses('0.0.0.0/0'), { clientIp: 'somewhere' }, 'refuses'],
  ['a kind that is allowed', { type: 'client', kinds: ['cli', 'nodejs'] }, {}, 'passes'],
  ['a kind that is not', { type: 'client', kinds: ['browser'] }, {}, 'refuses'],
  ['all fields allowed', { type: 'fields', fields: ['value', 'other'] }, {}, 'passes'],
  ['one field too many', { type: 'fields', fields: ['value'] }, { fields: ['value', 'other'] }, 'refuses'],
  ['a reason long enough', { type: 'reason', lengthMin: 14 }, {}, 'passes'],
  ['a reason one short', { type: 'reason', lengthMin: 15 }, {}, 'refuses'],
  ['blanks are no reason', { type: 'reason', lengthMin: 1 }, { reason: '   ' }, 'refuses'],
  ['none stated', { type: 'reason', lengthMin: 1 }, { reason: null }, 'refuses'],
  ['characters, not halves of them', { type: 'reason', lengthMin: 2 }, { reason: '🔑' }, 'refuses'],
  ['the owner needs no reason', { type: 'reason', lengthMin: 1 }, owner(), 'does_not_apply'],
  ['the owner is asked', { type: 'approval', withinSeconds: 60, rememberMinutes: 0 }, {}, 'asks'],
  ['not about oneself', { type: 'approval', withinSeconds: 60, rememberMinutes: 0 }, owner(), 'does_not_apply'],
  ['a grant counts', { type: 'max_uses', uses: 3 }, {}, 'counts'],
  ['the owner has no grant', { type: 'max_uses', uses: 3 }, owner(), 'does_not_apply'],
  ['a fill on the site', site, owner('https://a.test'), 'passes'],
  ['a fill elsewhere', site, owner('https://b.test'), 'refuses'],
  ['a fill of a sandboxed page', site, owner('null'), 'refuses'],
  ['reading is no fill', site, owner(), 'does_not_apply'],
  ['an agent fills nothing', site, {}, 'does_not_apply'],
  ['hours bind a proxy', hours, { ...proxy, nowMs: Date.parse('2026-11-25T12:00:00Z') }, 'refuses'],
  ['fields bind a proxy', { type: 'fields', fields: ['other'] }, proxy, 'refuses'],
  ['a proxy has no way to state a reason', { type: 'reason', lengthMin: 1 }, proxy, 'does_not_apply'],
  ['about a call through a proxy', { type: 'approval', withinSeconds: 60, rememberMinutes: 0 }, proxy, 'asks'],
  ['a proxy has no grant', { type: 'max_uses', uses: 3 }, proxy, 'does_not_apply'],
  ['a proxy fills nothing', site, proxy, 'does_not_apply'],
])('%s', (_, rule, change, kind) => expect(judge(rule, { ...request, ...change }, policyId).kind).toBe(kind));

test('a rate is counted by policy and by what it counts', () => {
  const key = (counts: 'agent' | 'credential' | 'both', change: Partial<JudgedRequest> = {}) =>
    judge({ type: 'rate_limit', uses: 5, per: 'hour', counts }, { ...request, ...change }, policyId);
  expect(key('agent')).toEqual({ kind: 'counts', key: 'rate policy-1 agent agent-1', usesMax: 5, windowMs: 3_600_000 });
  expect(key('credential')).toMatchObject({ key: 'rate policy-1 credential credential-1' });
  expect(key('both')).toMatchObject({ key: 'rate policy-1 pair agent-1 credential-1' });
  expect(key('agent', owner())).toMatchObject({ key: 'rate policy-1 agent owner' });
  expect(key('agent', proxy)).toMatchObject({ key: 'rate policy-1 agent proxy-1' });
  expect(key('both', proxy)).toMatchObject({ key: 'rate policy-1 pair proxy-1 credential-1' });
});

test('hours say when they begin again', () => {
  const late = { ...request, nowMs: Date.parse('2026-11-24T18:00:00Z') };
  expect(judge(hours, late, policyId)).toEqual({ kind: 'refuses', retryAtMs: Date.parse('2026-12-01T09:00:00Z') });
});
