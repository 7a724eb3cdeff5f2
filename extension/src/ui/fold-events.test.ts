import type { AuditEvent } from '@keytrail/shared/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { countTimes, foldEvents, toSpanMs } from './fold-events.ts';

/** A log, newest first, of events that are often alike and sometimes far apart. */
const logs = fc
  .array(
    fc.record({
      title: fc.constantFrom('deploy-bot', 'claude-code'),
      action: fc.constantFrom('fetch', 'inject', 'result'),
      outcome: fc.constantFrom('ok', 'failed'),
      service: fc.constantFrom('github', 'stripe', undefined),
      clientIp: fc.constantFrom('192.0.2.1', '192.0.2.2'),
      pauseMs: fc.constantFrom(1_000, 60_000, 299_999, 300_001, 86_400_000),
    }),
    { maxLength: 60 },
  )
  .map((drafts) => {
    let atMs = Date.parse('2026-03-01T00:00:00Z');
    return drafts
      .map(({ pauseMs, ...members }, seq): AuditEvent => {
        atMs += pauseMs;
        return makeEvent(seq, { ...members, recordedAt: new Date(atMs).toISOString().replace('Z', '000Z') });
      })
      .reverse();
  });

/** A call and an answer that succeeded belong together. */
function isSameDeed(one: AuditEvent, other: AuditEvent): boolean {
  const joins = ({ action }: AuditEvent) => action !== 'fetch';
  return one.action === other.action || (one.outcome === 'ok' && joins(one) && joins(other));
}

describe('folding', () => {
  test('loses no event and moves none', () => {
    fc.assert(
      fc.property(logs, (log) => {
        expect(foldEvents(log).flat()).toEqual(log);
      }),
    );
  });

  test('a part of the log folds as it does within the whole', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (log, at) => {
        const cut = log.length === 0 ? 0 : at % log.length;
        const within = foldEvents(log).flatMap((fold) => {
          const newer = fold.filter((event) => log.indexOf(event) < cut);
          const older = fold.filter((event) => log.indexOf(event) >= cut);
          return [newer, older].filter((part) => part.length > 0);
        });
        expect([...foldEvents(log.slice(0, cut)), ...foldEvents(log.slice(cut))]).toEqual(within);
      }),
    );
  });

  test('neighbours in different folds differ in what counts, or lie more than five minutes apart', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const folds = foldEvents(log);
        for (const [index, fold] of folds.entries()) {
          const [newest] = fold;
          const newer = folds[index - 1]?.at(-1);
          if (newer === undefined) continue;
          const apartMs = Date.parse(newer.recordedAt) - Date.parse(newest.recordedAt);
          const members = ['title', 'outcome', 'service', 'clientIp'] as const;
          const same = members.every((name) => newer[name] === newest[name]) && isSameDeed(newer, newest);
          expect(same && apartMs <= 300_000).toBe(false);
        }
      }),
    );
  });

  test.each([
    ['type', { type: 'token_refresh' }],
    ['action', { action: 'copy' }],
    ['source', { source: 'mcp_proxy' }],
    ['outcome', { outcome: 'denied' }],
    ['title', { title: 'another' }],
    ['service', { service: 'stripe' }],
    ['credential', { credentialId: '01980000-0000-7000-9000-000000000001' }],
    ['client', { client: 'cli' }],
    ['program', { clientName: 'Codex' }],
    ['policy', { policyName: 'Working hours' }],
    ['tool', { tool: 'search_issues' }],
    ['IP', { clientIp: '192.0.2.9' }],
    ['rule', { rule: 'grant_missing' }],
  ] as const)('another %s begins a new row', (_name, members) => {
    const same = { title: 'deploy-bot' };
    expect(foldEvents([makeEvent(2, { ...same, ...members }), makeEvent(1, same)])).toHaveLength(2);
    expect(foldEvents([makeEvent(2, same), makeEvent(1, same)])).toHaveLength(1);
  });

  test('what differs otherwise does not', () => {
    const same = { title: 'deploy-bot' };
    const log = [makeEvent(2, { ...same, reason: 'one' }), makeEvent(1, { ...same, reason: 'two' })];
    expect(foldEvents(log)).toHaveLength(1);
  });

  test('an endless run becomes rows of a bounded size', () => {
    const log = Array.from({ length: 1_200 }, (_, seq) => makeEvent(seq, { title: 'deploy-bot' })).reverse();
    expect(foldEvents(log).map((fold) => fold.length)).toEqual([200, 500, 500]);
  });

  test('counts what each event stands for, but of a change of the vault, since an export counts what it holds', () => {
    const refusals = { title: 'deploy-bot', type: 'policy_denied' } as const;
    const log = [makeEvent(3, { ...refusals, count: 212 }), makeEvent(2, refusals), makeEvent(1, refusals)];
    expect(foldEvents(log).map(countTimes)).toEqual([214]);
    expect(countTimes([makeEvent(1, { type: 'vault_change', action: 'export', count: 40 })])).toBe(1);
  });

  test('calls of one tool fold with their answers, and only the calls are counted', () => {
    const call = { title: 'GitHub proxy', source: 'mcp_proxy', action: 'inject', tool: 'search_issues' } as const;
    const answer = { ...call, action: 'result', upstreamStatus: 200 } as const;
    const log = Array.from({ length: 28 }, (_, seq) =>
      makeEvent(seq, { ...(seq % 2 === 0 ? call : { ...answer, bytes: seq }), correlationId: `call ${seq >> 1}` }),
    ).reverse();
    expect(foldEvents(log)).toHaveLength(1);
    expect(foldEvents(log).map(countTimes)).toEqual([14]);
    const another = makeEvent(28, { ...call, tool: 'get_issue' });
    expect(foldEvents([another, ...log]).map((fold) => fold.length)).toEqual([1, 28]);
  });

  test('an answer that failed stands by itself, and so do answers that have no call beside them', () => {
    const call = { title: 'GitHub proxy', action: 'inject', tool: 'search_issues' } as const;
    const failed = { ...call, action: 'result', outcome: 'failed', note: 'The caller left' } as const;
    expect(foldEvents([makeEvent(2, failed), makeEvent(1, call)])).toHaveLength(2);
    expect(foldEvents([makeEvent(2, failed), makeEvent(1, failed)]).map(countTimes)).toEqual([2]);
    expect(countTimes([makeEvent(1, { ...call, action: 'result' })])).toBe(1);
  });

  test('knows how long it took', () => {
    const log = [makeEvent(61, { title: 'a' }), makeEvent(1, { title: 'a' })];
    expect(foldEvents(log).map(toSpanMs)).toEqual([60_000]);
  });
});
