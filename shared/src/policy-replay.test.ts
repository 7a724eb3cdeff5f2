import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyRule } from './decide.fixture.ts';
import type { JudgedRequest } from './judge.ts';
import { judgePolicy } from './judge-policy.ts';
import type { Rule } from './policy.ts';
import { startReplay, toLookBackMs, toReplayedRequest } from './policy-replay.ts';

const startMs = Date.parse('2026-11-23T00:00:00Z');
const minuteMs = 60_000;

function at(minutes: number, more: Partial<JudgedRequest> = {}): JudgedRequest {
  return {
    nowMs: startMs + minutes * minuteMs,
    fields: ['value'],
    clientIp: '203.0.113.7',
    client: 'nodejs',
    reason: null,
    credentialId: 'credential-1',
    by: { kind: 'agent', agentId: 'agent-1', grantId: 'grant-1' },
    ...more,
  };
}

function run(rules: readonly Rule[], uses: readonly JudgedRequest[]): string[] {
  const replay = startReplay(rules);
  return uses.map((use) => {
    const verdict = replay.judge(use);
    return verdict.kind === 'blocked' ? verdict.rule : verdict.kind;
  });
}

const limit = (
  uses: number,
  per: 'minute' | 'hour' | 'day',
  counts: 'agent' | 'credential' | 'both' = 'agent',
): Rule => ({
  type: 'rate_limit',
  uses,
  per,
  counts,
});

describe('a replay', () => {
  test('slides: a use has room again one window after the use that filled it, to the millisecond', () => {
    const uses = [at(0), at(30), at(59), at(60), at(61), at(90)];
    expect(run([limit(2, 'hour')], uses)).toEqual(['passes', 'passes', 'rate_limit', 'passes', 'rate_limit', 'passes']);
  });

  test('counts nothing that it blocks, by whichever rule', () => {
    const rules: Rule[] = [limit(1, 'hour'), { type: 'client', kinds: ['cli'] }];
    const uses = [at(0), at(1, { client: 'cli' }), at(2, { client: 'cli' }), at(61, { client: 'cli' })];
    expect(run(rules, uses)).toEqual(['client', 'passes', 'rate_limit', 'passes']);
  });

  test('counts a use once, however many limits share its key', () => {
    const uses = [at(0), at(1), at(2), at(3), at(62)];
    expect(run([limit(3, 'hour'), limit(4, 'day')], uses)).toEqual([
      'passes',
      'passes',
      'passes',
      'rate_limit',
      'passes',
    ]);
    expect(run([limit(3, 'hour'), limit(4, 'day')], [...uses, at(200)]).at(-1)).toBe('rate_limit');
  });

  test('says that the owner would have been asked, and goes on as if they had approved', () => {
    const rules: Rule[] = [
      { type: 'approval', withinSeconds: 60, rememberMinutes: 0 },
      { type: 'max_uses', uses: 2 },
    ];
    expect(run(rules, [at(0), at(1), at(2)])).toEqual(['asked', 'asked', 'max_uses']);
    expect(run(rules, [at(0, { by: { kind: 'owner', fillOrigin: null } })])).toEqual(['passes']);
  });

  test('looks back to uses from before the policy', () => {
    const replay = startReplay([{ type: 'max_uses', uses: 2 }, limit(2, 'hour')]);
    replay.count(at(0));
    expect(replay.judge(at(1)).kind).toBe('passes');
    expect(replay.judge(at(2))).toEqual({ kind: 'blocked', rule: 'max_uses' });
    expect([
      toLookBackMs([limit(1, 'hour'), limit(1, 'minute')]),
      toLookBackMs([{ type: 'max_uses', uses: 1 }]),
    ]).toEqual([60 * minuteMs, null]);
    expect(toLookBackMs([{ type: 'reason', lengthMin: 1 }])).toBe(0);
  });

  test('says of each use what the judge says in earnest, and limits as a plain count of the window does', () => {
    const anyUses = fc.array(
      fc.record({
        minutes: fc.integer({ min: 0, max: 3 * 24 * 60 }),
        client: fc.constantFrom('nodejs' as const, 'cli' as const),
        agentId: fc.constantFrom('agent-1', 'agent-2'),
        credentialId: fc.constantFrom('credential-1', 'credential-2'),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 4 }), anyUses, (rules, drawn) => {
        const uses = drawn
          .toSorted((one, other) => one.minutes - other.minutes)
          .map(({ minutes, client, agentId, credentialId }) =>
            at(minutes, {
              client,
              credentialId,
              by: { kind: 'agent', agentId, grantId: `${agentId} ${credentialId}` },
            }),
          );
        const replay = startReplay(rules);
        const counted: { key: string; atMs: number }[] = [];
        for (const use of uses) {
          const judged = judgePolicy({ id: 'replayed', name: 'replayed', mode: 'enabled', rules }, use);
          const isFull = judged.counters.some(
            ({ key, usesMax, windowMs }) =>
              counted.filter((one) => one.key === key && (windowMs === null || one.atMs > use.nowMs - windowMs))
                .length >= usesMax,
          );
          const verdict = replay.judge(use);
          expect(verdict.kind === 'blocked').toBe(judged.refusals.length > 0 || isFull);
          if (verdict.kind === 'blocked') continue;
          expect(verdict.kind === 'asked').toBe(judged.asks.length > 0);
          for (const key of new Set(judged.counters.map((counter) => counter.key)))
            counted.push({ key, atMs: use.nowMs });
        }
      }),
    );
  });
});

test('an event is replayed as the request that it records, when it was made', () => {
  const event = {
    id: 'e',
    seq: 0,
    occurredAt: '2026-11-22T23:00:00.000Z',
    recordedAt: '2026-11-23T00:00:00.123456Z',
    type: 'secret_access',
    action: 'autofill',
    source: 'direct',
    outcome: 'ok',
    title: 'Direct Access',
    credentialId: 'credential-1',
    fields: ['password'],
    siteOrigin: 'https://a.test',
    client: 'browser',
    clientIp: '203.0.113.7',
  } as const;
  expect(toReplayedRequest({ ...event, fields: [...event.fields] })).toEqual({
    nowMs: Date.parse('2026-11-22T23:00:00.000Z'),
    fields: ['password'],
    clientIp: '203.0.113.7',
    client: 'browser',
    reason: null,
    credentialId: 'credential-1',
    by: { kind: 'owner', fillOrigin: 'https://a.test' },
  });
});

test('a call through a proxy is read off its event as that proxy’s, whatever its credential', () => {
  const event = {
    type: 'agent_access',
    action: 'inject',
    source: 'mcp_proxy',
    outcome: 'ok',
    title: 'github',
    id: 'event-1',
    seq: 7,
    occurredAt: '2026-11-22T23:00:00.000Z',
    recordedAt: '2026-11-23T01:00:00.000000Z',
    proxyId: 'proxy-1',
    credentialId: 'credential-1',
  } as const;
  expect(toReplayedRequest(event).by).toEqual({ kind: 'proxy', proxyId: 'proxy-1' });
});
