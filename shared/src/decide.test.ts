import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccessFacts, decide } from './decide.ts';

type Agent = Extract<AccessFacts['requester'], { kind: 'agent' }>;
const agent: Agent = {
  kind: 'agent',
  status: 'active',
  keyRevoked: false,
  grant: { expiresAtMs: null, revoked: false, fields: null },
};
const facts: AccessFacts = {
  nowMs: 1000,
  fields: ['value'],
  credential: { expiresAtMs: null, sites: [] },
  requester: agent,
};
const grant = (change: Partial<NonNullable<Agent['grant']>>) => ({
  ...facts,
  requester: { ...agent, grant: { expiresAtMs: null, revoked: false, fields: null, ...change } },
});

test('an active agent with a standing grant is allowed', () => {
  expect(decide(facts)).toEqual({ allowed: true });
  expect(decide(grant({ expiresAtMs: 1001, fields: ['value', 'other'] }))).toEqual({ allowed: true });
});

test.each<[string, AccessFacts]>([
  ['key_revoked', { ...facts, requester: { ...agent, keyRevoked: true } }],
  ['agent_suspended', { ...facts, requester: { ...agent, status: 'suspended' } }],
  ['grant_missing', { ...facts, requester: { ...agent, grant: null } }],
  ['grant_revoked', grant({ revoked: true })],
  ['grant_expired', grant({ expiresAtMs: 1000 })],
  ['grant_expired', grant({ expiresAtMs: 999 })],
  ['field_not_granted', grant({ fields: ['other'] })],
  ['credential_expired', { ...facts, credential: { expiresAtMs: 1000, sites: [] } }],
])('denied by %s', (rule, given) => expect(decide(given)).toEqual({ allowed: false, rule }));

test('the owner reads anything of theirs; a page gets only what belongs to its origin', () => {
  const owner = (fillOrigin: string | null, sites: string[]): AccessFacts => ({
    ...facts,
    credential: { expiresAtMs: 1, sites },
    requester: { kind: 'owner', fillOrigin },
  });
  expect(decide(owner(null, []))).toEqual({ allowed: true });
  expect(decide(owner('https://a.test', ['https://a.test']))).toEqual({ allowed: true });
  for (const origin of ['https://b.test', 'http://a.test', 'null', '']) {
    expect(decide(owner(origin, ['https://a.test']))).toEqual({ allowed: false, rule: 'origin_mismatch' });
  }
});

test('taking something away from an agent never allows more', () => {
  const anyGrant = fc.option(
    fc.record({
      expiresAtMs: fc.option(fc.integer({ min: 0, max: 2000 })),
      revoked: fc.boolean(),
      fields: fc.option(fc.subarray(['value', 'other'], { minLength: 1 })),
    }),
  );
  const anyAgent = fc.record({
    kind: fc.constant('agent' as const),
    status: fc.constantFrom('active' as const, 'suspended' as const),
    keyRevoked: fc.boolean(),
    grant: anyGrant,
  });
  fc.assert(
    fc.property(anyAgent, (requester) => {
      const before = decide({ ...facts, requester }).allowed;
      const less: Agent[] = [
        { ...requester, status: 'suspended' },
        { ...requester, keyRevoked: true },
        { ...requester, grant: null },
      ];
      for (const reduced of less) expect(decide({ ...facts, requester: reduced }).allowed && !before).toBe(false);
    }),
  );
});
