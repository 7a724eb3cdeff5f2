import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccessFacts, decide } from './decide.ts';

type Agent = Extract<AccessFacts['requester'], { kind: 'agent' }>;
const standingGrant = { id: 'grant-1', expiresAtMs: null, revoked: false, fields: null, reasonRequired: false };
const agent: Agent = {
  kind: 'agent',
  id: 'agent-1',
  status: 'active',
  keyRevoked: false,
  grant: standingGrant,
};
const facts: AccessFacts = {
  nowMs: 1000,
  fields: ['value'],
  vaultLocked: false,
  credential: { id: 'credential-1', expiresAtMs: null, sites: [] },
  policies: [],
  request: { clientIp: '203.0.113.7', client: 'nodejs', reason: null },
  requester: agent,
};
const grant = (change: Partial<NonNullable<Agent['grant']>>) => ({
  ...facts,
  requester: { ...agent, grant: { ...standingGrant, ...change } },
});

test('an active agent with a standing grant is allowed', () => {
  expect(decide(facts)).toMatchObject({ allowed: true, approval: null, counters: [] });
  expect(decide(grant({ expiresAtMs: 1001, fields: ['value', 'other'] }))).toMatchObject({
    allowed: true,
    approval: null,
    counters: [],
  });
});

test.each<[string, AccessFacts]>([
  ['key_revoked', { ...facts, requester: { ...agent, keyRevoked: true } }],
  ['agent_suspended', { ...facts, requester: { ...agent, status: 'suspended' } }],
  ['grant_missing', { ...facts, requester: { ...agent, grant: null } }],
  ['grant_revoked', grant({ revoked: true })],
  ['grant_expired', grant({ expiresAtMs: 1000 })],
  ['grant_expired', grant({ expiresAtMs: 999 })],
  ['field_not_granted', grant({ fields: ['other'] })],
  ['reason', grant({ reasonRequired: true })],
  ['vault_locked', { ...facts, vaultLocked: true }],
  ['key_revoked', { ...facts, vaultLocked: true, requester: { ...agent, keyRevoked: true } }],
  ['vault_locked', { ...facts, vaultLocked: true, requester: { kind: 'owner', fillOrigin: null } }],
  ['credential_expired', { ...facts, credential: { ...facts.credential, expiresAtMs: 1000 } }],
])('denied by %s', (rule, given) => expect(decide(given)).toMatchObject({ allowed: false, rule, policyId: null }));

const proxy = { kind: 'proxy', id: 'proxy-1', enabled: true, keyRevoked: false } as const;

test('a proxy that is on may inject its credential, without a grant', () => {
  expect(decide({ ...facts, requester: proxy })).toMatchObject({ allowed: true, approval: null, counters: [] });
});

test.each<[string, Partial<AccessFacts>]>([
  ['key_revoked', { requester: { ...proxy, keyRevoked: true } }],
  ['key_revoked', { requester: { ...proxy, keyRevoked: true, enabled: false }, vaultLocked: true }],
  ['proxy_disabled', { requester: { ...proxy, enabled: false } }],
  ['proxy_disabled', { requester: { ...proxy, enabled: false }, vaultLocked: true }],
  ['vault_locked', { requester: proxy, vaultLocked: true }],
  ['credential_expired', { requester: proxy, credential: { ...facts.credential, expiresAtMs: 1000 } }],
])('a proxy is denied by %s', (rule, given) =>
  expect(decide({ ...facts, ...given })).toMatchObject({ allowed: false, rule, policyId: null }),
);

test('the owner reads anything of theirs; a page gets only what belongs to its origin', () => {
  const owner = (fillOrigin: string | null, sites: string[]): AccessFacts => ({
    ...facts,
    credential: { ...facts.credential, expiresAtMs: 1, sites },
    requester: { kind: 'owner', fillOrigin },
  });
  expect(decide(owner(null, []))).toMatchObject({ allowed: true, approval: null, counters: [] });
  expect(decide(owner('https://a.test', ['https://a.test']))).toMatchObject({
    allowed: true,
    approval: null,
    counters: [],
  });
  for (const origin of ['https://b.test', 'http://a.test', 'null', '']) {
    expect(decide(owner(origin, ['https://a.test']))).toMatchObject({ allowed: false, rule: 'origin_mismatch' });
  }
});

test('taking something away from an agent never allows more', () => {
  const anyGrant = fc.option(
    fc.record({
      id: fc.constant('grant-1'),
      reasonRequired: fc.boolean(),
      expiresAtMs: fc.option(fc.integer({ min: 0, max: 2000 })),
      revoked: fc.boolean(),
      fields: fc.option(fc.subarray(['value', 'other'], { minLength: 1 })),
    }),
  );
  const anyAgent = fc.record({
    kind: fc.constant('agent' as const),
    id: fc.constant('agent-1'),
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
