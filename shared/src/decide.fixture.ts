// Random requests and policies, for properties of the decision: small worlds, so that rules often meet their limits.

import fc from 'fast-check';
import { clientKinds } from './client.ts';
import type { AccessFacts } from './decide.ts';
import type { Rule } from './policy.ts';
import { weekdays } from './policy.ts';

const fields = ['value', 'username', 'password'];
const origins = ['https://a.test', 'https://b.test', 'http://a.test'];
const weekMs = 604_800_000;
/** A Monday. */
const mondayMs = Date.parse('2026-11-23T00:00:00Z');

const anyClock = fc
  .integer({ min: 0, max: 47 })
  .map((half) => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`);

/** Zones of a fixed offset, so that other engines can follow. */
export const fixedOffsets = { UTC: 0, 'Etc/GMT-3': 3, 'Etc/GMT+8': -8 } as const;

const anyAddress = fc.constantFrom('10.0.0.1', '10.1.2.3', '203.0.113.7', '::ffff:10.0.0.1', '2001:db8::1', 'fe80::1');

/** Rules that look at nothing but the request. */
export const anyStatelessRule: fc.Arbitrary<Rule> = fc.oneof(
  fc
    .record({
      type: fc.constant('time_window' as const),
      days: fc.subarray([...weekdays], { minLength: 1 }),
      start: anyClock,
      end: anyClock,
      timeZone: fc.constantFrom(...Object.keys(fixedOffsets)),
    })
    .map((rule) => (rule.start === rule.end ? { ...rule, end: '24:00' } : rule)),
  fc.record({
    type: fc.constant('ip_allowlist' as const),
    ranges: fc.subarray(['10.0.0.0/8', '10.0.0.0/24', '203.0.113.7', '2001:db8::/32', '0.0.0.0/0', '::/0'], {
      minLength: 1,
    }),
  }),
  fc.record({ type: fc.constant('client' as const), kinds: fc.subarray([...clientKinds], { minLength: 1 }) }),
  fc.record({ type: fc.constant('reason' as const), lengthMin: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ type: fc.constant('fields' as const), fields: fc.subarray(fields, { minLength: 1 }) }),
  fc.record({ type: fc.constant('site' as const), origins: fc.subarray(origins, { minLength: 1 }) }),
);

export const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 6, arbitrary: anyStatelessRule },
  fc.record({
    type: fc.constant('rate_limit' as const),
    uses: fc.integer({ min: 1, max: 5 }),
    per: fc.constantFrom('minute', 'hour', 'day'),
    counts: fc.constantFrom('agent', 'credential', 'both'),
  }),
  fc.record({ type: fc.constant('max_uses' as const), uses: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    type: fc.constant('approval' as const),
    withinSeconds: fc.integer({ min: 5, max: 60 }),
    rememberMinutes: fc.integer({ min: 0, max: 30 }),
  }),
);

/** Up to four policies of up to three rules, each of its own id. */
export const anyPolicies = fc
  .array(
    fc.record({
      mode: fc.constantFrom('enabled' as const, 'enabled' as const, 'observe' as const),
      rules: fc.array(anyRule, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 4 },
  )
  .map((policies) => policies.map((policy, n) => ({ ...policy, id: `policy-${n}`, name: `Policy ${n}` })));

const anyRequester: fc.Arbitrary<AccessFacts['requester']> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('owner' as const), fillOrigin: fc.constantFrom(null, ...origins) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('agent' as const),
      id: fc.constant('agent-1'),
      status: fc.constant('active' as const),
      keyRevoked: fc.constant(false),
      grant: fc.constant({ id: 'grant-1', expiresAtMs: null, revoked: false, fields: null, reasonRequired: false }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('proxy' as const),
      id: fc.constant('proxy-1'),
      enabled: fc.constant(true),
      keyRevoked: fc.constant(false),
    }),
  },
);

/** A request in good standing, without policies. */
export const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
  nowMs: fc.integer({ min: 0, max: weekMs / 60_000 }).map((minute) => mondayMs + minute * 60_000),
  fields: fc.subarray(fields, { minLength: 1 }),
  vaultLocked: fc.constant(false),
  credential: fc.constant({ id: 'credential-1', expiresAtMs: null, sites: origins }),
  policies: fc.constant([]),
  request: fc.record({
    clientIp: fc.option(anyAddress),
    client: fc.constantFrom(...clientKinds),
    reason: fc.option(fc.constantFrom('', 'x', 'deploy', 'nightly deploy', '  no  ')),
  }),
  requester: anyRequester,
});
