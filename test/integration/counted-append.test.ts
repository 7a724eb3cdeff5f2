// Events that count as uses: exactly as many are recorded as there is room for, whatever runs beside them.

import { randomUUID } from 'node:crypto';
import { append, appendIn, type CountedAppend, carryOutAppends, mintBody } from '@keytrail/server/audit/append';
import type { Context, PendingAppend, UseCount } from '@keytrail/server/base/context';
import { connect, withAccount } from '@keytrail/server/base/db';
import { canonicalize } from '@keytrail/shared/canonical';
import type { EventDraft } from '@keytrail/shared/event';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLog } from '../kit/check-log.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const minuteMs = 60_000;

let server: TestServer;
let nodes: Context[];
let sql: Sql;
beforeAll(async () => {
  server = await startTestServer();
  nodes = [server.app.ctx, (await server.startNode()).ctx];
  sql = connect(server.databaseUrl, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
});

const draft = {
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'deploy-bot',
  service: 'github',
} satisfies EventDraft;

const limit = (key: string, usesMax: number, windowMs: number | null = null): UseCount => ({ key, usesMax, windowMs });
const only = (key: string): UseCount => ({ key, usesMax: null, windowMs: null });

const spend = (accountId: string, counts: readonly UseCount[], node = 0) =>
  append(nodes[node] ?? server.app.ctx, accountId, draft, counts);

/** All at once, by turns on both nodes. */
const spendAtOnce = (accountId: string, count: number, counts: (n: number) => readonly UseCount[]) =>
  Promise.all(Array.from({ length: count }, (_, n) => spend(accountId, counts(n), n % 2)));

const countRecorded = (answers: readonly CountedAppend[]) =>
  answers.filter(({ outcome }) => outcome === 'recorded').length;

async function readUses(accountId: string): Promise<Record<string, number>> {
  const rows = await sql<{ key: string; uses: string }[]>`
    select key, uses from use_counters where account_id = ${accountId}`;
  return Object.fromEntries(rows.map(({ key, uses }) => [key, Number(uses)]));
}

async function readTimes(accountId: string, key: string): Promise<number[]> {
  const rows = await sql<{ n: string; at: string }[]>`
    select n, extract(epoch from used_at) * 1000 as at from use_times
    where account_id = ${accountId} and counter = encode(substr(sha256(convert_to(${key}, 'UTF8')), 1, 16), 'hex')::uuid order by n`;
  expect(rows.map(({ n }) => Number(n))).toEqual(rows.map((_, index) => index + 1));
  return rows.map(({ at }) => Number(at));
}

for (const [name, windowMs] of [
  ['a rate limit', minuteMs],
  ['a limit for ever', null],
] as const) {
  test(`${name} of 50 lets exactly 50 of 500 through that two nodes are asked for at once`, async () => {
    const accountId = randomUUID();
    const answers = await spendAtOnce(accountId, 500, () => [only('grant g'), limit('k', 50, windowMs)]);
    expect(countRecorded(answers)).toBe(50);
    expect(await readUses(accountId)).toEqual({ 'grant g': 50, k: 50 });
    expect(await checkLog(server.databaseUrl, accountId)).toHaveLength(50);
    for (const answer of answers) {
      if (answer.outcome === 'refused') expect(answer).toMatchObject({ counter: 1 });
    }
    expect(countRecorded(await spendAtOnce(accountId, 10, () => [limit('k', 50, windowMs)]))).toBe(0);
  });
}

test('accounts share batches and not counters', async () => {
  const accountIds = [randomUUID(), randomUUID(), randomUUID()];
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => spend(accountIds[n % 3] ?? '', [limit('k', 20 + (n % 3), minuteMs)], n % 2)),
  );
  for (const [place, accountId] of accountIds.entries()) {
    expect(countRecorded(answers.filter((_, n) => n % 3 === place))).toBe(20 + place);
    expect(await checkLog(server.databaseUrl, accountId)).toHaveLength(20 + place);
  }
});

test('two limits of one call: both count it or neither does', async () => {
  const accountId = randomUUID();
  const answers = await spendAtOnce(accountId, 200, (n) =>
    n % 2 === 0 ? [limit('a', 30), limit('b', 20)] : [limit('b', 20), limit('c', 15, minuteMs)],
  );
  const uses = await readUses(accountId);
  expect(uses.b).toBe(20);
  expect((uses.a ?? 0) + (uses.c ?? 0)).toBe(20);
  expect(countRecorded(answers)).toBe(20);
});

test('limits on one key count one use of it; the tightest decides and is named', async () => {
  const accountId = randomUUID();
  const counts = [only('k'), limit('k', 5, 24 * 60 * minuteMs), limit('k', 3, minuteMs)];
  expect(countRecorded(await spendAtOnce(accountId, 10, () => counts))).toBe(3);
  expect(await readUses(accountId)).toEqual({ k: 3 });
  expect(await spend(accountId, counts)).toMatchObject({ outcome: 'refused', counter: 2 });
  server.advance(minuteMs);
  expect(countRecorded(await spendAtOnce(accountId, 10, () => counts))).toBe(2);
  expect(await spend(accountId, counts)).toMatchObject({ outcome: 'refused', counter: 1 });
});

test('a refusal changes nothing: no event, no head, no counter', async () => {
  const accountId = randomUUID();
  await spend(accountId, [limit('full', 1)]);
  const read = () =>
    sql`select (select to_jsonb(h) from heads h where account_id = ${accountId}) as head,
      (select jsonb_agg(c order by key) from use_counters c where account_id = ${accountId}) as counters,
      (select jsonb_agg(t order by counter, n) from use_times t where account_id = ${accountId}) as times`;
  const before = await read();
  const counts = [only('grant g'), limit('other', 9, minuteMs), limit('full', 1)];
  expect(await spend(accountId, counts)).toEqual({ outcome: 'refused', counter: 2, retryAtMs: null });
  expect(await read()).toEqual(before);
});

test('a limit slides: at any time the uses of the last minute are within it, and retry-at is when the oldest has left', async () => {
  const accountId = randomUUID();
  const counts = [limit('k', 3, minuteMs)];
  const attempts: number[] = [];
  for (const pauseMs of [0, 20_000, 20_000, 5_000]) {
    server.advance(pauseMs);
    const answer = await spend(accountId, counts, attempts.length % 2);
    attempts.push(answer.outcome === 'recorded' ? 0 : (answer.retryAtMs ?? Number.NaN));
  }
  const [first = 0, second = 0] = await readTimes(accountId, 'k');
  expect(attempts).toEqual([0, 0, 0, Math.ceil(first + minuteMs)]);
  // Just before, and just at.
  const turnTo = (atMs: number) => server.advance(Math.ceil(atMs) - server.app.ctx.nowMs());
  turnTo(first + minuteMs - 1_000);
  expect(await spend(accountId, counts)).toMatchObject({ outcome: 'refused', retryAtMs: Math.ceil(first + minuteMs) });
  turnTo(first + minuteMs);
  expect(await spend(accountId, counts)).toMatchObject({ outcome: 'recorded' });
  expect(await spend(accountId, counts)).toMatchObject({ outcome: 'refused', retryAtMs: Math.ceil(second + minuteMs) });
});

test('whatever the pauses, use n and use n - max are a window apart, and a use is refused only for want of that', async () => {
  const accountId = randomUUID();
  const usesMax = 4;
  const counts = [limit('k', usesMax, minuteMs)];
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  for (let round = 0; round < 60; round++) {
    server.advance(Math.floor(random() * 25_000));
    const answers = await spendAtOnce(accountId, 1 + Math.floor(random() * 3), () => counts);
    const times = await readTimes(accountId, 'k');
    const blocking = Math.ceil((times.at(-usesMax) ?? Number.NEGATIVE_INFINITY) + minuteMs);
    for (const answer of answers) {
      if (answer.outcome === 'refused') expect(answer.retryAtMs).toBe(blocking);
    }
  }
  const times = await readTimes(accountId, 'k');
  expect(times.length).toBeGreaterThan(usesMax * 3);
  times.slice(usesMax).forEach((at, index) => {
    expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(minuteMs);
  });
});

test('a limit that is changed holds for what was counted before: lower refuses, higher has room', async () => {
  const accountId = randomUUID();
  await spendAtOnce(accountId, 5, () => [limit('k', 5, minuteMs)]);
  expect(await spend(accountId, [limit('k', 2, minuteMs)])).toMatchObject({ outcome: 'refused' });
  expect(countRecorded(await spendAtOnce(accountId, 9, () => [limit('k', 8, minuteMs)]))).toBe(3);
});

test('uses that are only counted are known to a limit that comes later', async () => {
  const accountId = randomUUID();
  await spendAtOnce(accountId, 40, () => [only('grant g')]);
  expect(countRecorded(await spendAtOnce(accountId, 30, () => [only('grant g'), limit('grant g', 50)]))).toBe(10);
  expect(await readUses(accountId)).toEqual({ 'grant g': 50 });
});

test('a batch that is sent again, its answer lost, counts once: recorded ones keep their receipts', async () => {
  const accountId = randomUUID();
  const { ctx } = server.app;
  const items = Array.from({ length: 6 }, (): PendingAppend => {
    const body = mintBody(ctx, draft);
    const counts = [only('grant g'), limit('k', 4, minuteMs)];
    const canonical = canonicalize({ ...body });
    return { accountId, body, canonical, mayRepeat: false, counts, settingsVersion: null, clockTurnMs: 0 };
  });
  const first = await carryOutAppends(ctx.db, items);
  const again = await carryOutAppends(
    ctx.db,
    items.map((item) => ({ ...item, mayRepeat: true })),
  );
  const outcomes = (receipts: typeof first) => receipts.map((receipt) => 'outcome' in receipt && receipt.outcome);
  expect(outcomes(first)).toEqual([...Array(4).fill('recorded'), 'refused', 'refused']);
  expect(outcomes(again)).toEqual([...Array(4).fill('repeated'), 'refused', 'refused']);
  expect(again.slice(0, 4)).toMatchObject([{ seq: 0 }, { seq: 1 }, { seq: 2 }, { seq: 3 }]);
  expect(await readUses(accountId)).toEqual({ 'grant g': 4, k: 4 });
  // Only counted, it takes the way without a look back.
  const counted = items.map((item) => ({ ...item, mayRepeat: true, counts: [only('grant g')] }));
  expect(outcomes(await carryOutAppends(ctx.db, counted))).toEqual([
    ...Array(4).fill('repeated'),
    'recorded',
    'recorded',
  ]);
  expect(await readUses(accountId)).toEqual({ 'grant g': 6, k: 4 });
});

test('uses that were decided by a version are counted together where they have room: what comes of them is the same', async () => {
  const { ctx } = server.app;
  const [one, other] = [randomUUID(), randomUUID()];
  for (const accountId of [one, other]) await spend(accountId, [only('grant g')]);
  const [head] = await sql<{ version: string }[]>`
    select settings_version as version from heads where account_id = ${one}`;
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const kinds = [
    [only('grant g'), limit('k', 30, minuteMs)],
    [only('grant g'), limit('k', 40, minuteMs), limit('k', 90, 5 * minuteMs)],
    [limit('ever', 400), limit('pair', 12, minuteMs), limit('pair', 15, minuteMs)],
  ];
  const carryOut = async (accountId: string, chosen: readonly number[], turnMs: number, version: string | null) => {
    const items = chosen.map((kind): PendingAppend => {
      const body = mintBody(ctx, draft);
      const common = { accountId, body, canonical: canonicalize({ ...body }), mayRepeat: false };
      return { ...common, counts: kinds[kind] ?? [], settingsVersion: version, clockTurnMs: turnMs };
    });
    const receipts = await carryOutAppends(ctx.db, items);
    return receipts.map((receipt) =>
      'outcome' in receipt ? [receipt.outcome, 'counter' in receipt && receipt.counter] : receipt,
    );
  };
  let turnMs = 0;
  let recorded = 0;
  for (let round = 0; round < 40; round++) {
    // Never a whole window, at whose very end milliseconds would tell.
    turnMs += 7_000 * random(4);
    const chosen = Array.from({ length: 5 + random(12) }, () => random(kinds.length));
    const outcomes = await carryOut(one, chosen, turnMs, head?.version ?? null);
    expect(outcomes).toEqual(await carryOut(other, chosen, turnMs, null));
    recorded += outcomes.filter((outcome) => Array.isArray(outcome) && outcome[0] === 'recorded').length;
  }
  expect(recorded).toBeGreaterThan(100);
  expect(await readUses(one)).toEqual(await readUses(other));
  for (const key of ['k', 'pair']) {
    expect(await readTimes(one, key)).toHaveLength((await readTimes(other, key)).length);
  }
});

test('in the caller’s transaction: a count stands if and only if the change does, and a refusal leaves it whole', async () => {
  const accountId = randomUUID();
  const { ctx } = server.app;
  const counts = [only('grant g'), limit('k', 1, minuteMs)];
  const undone = withAccount(ctx.db, accountId, async (tx) => {
    expect(await appendIn(tx, ctx, accountId, draft, counts)).toMatchObject({ outcome: 'recorded' });
    throw new Error('changed my mind');
  });
  await expect(undone).rejects.toThrow('changed my mind');
  expect(await readUses(accountId)).toEqual({});
  await withAccount(ctx.db, accountId, (tx) => appendIn(tx, ctx, accountId, draft, counts));
  await withAccount(ctx.db, accountId, async (tx) => {
    const [first = 0] = await readTimes(accountId, 'k');
    const retryAtMs = Math.ceil(first + minuteMs);
    expect(await appendIn(tx, ctx, accountId, draft, counts)).toEqual({ outcome: 'refused', counter: 1, retryAtMs });
    await appendIn(tx, ctx, accountId, { ...draft, title: 'refused' });
  });
  expect(await checkLog(server.databaseUrl, accountId)).toHaveLength(2);
  expect(await readUses(accountId)).toEqual({ 'grant g': 1, k: 1 });
});

test('uses older than any window are forgotten, and what they leave is still exact', async () => {
  const accountId = randomUUID();
  const counts = [limit('k', 3, 24 * 60 * minuteMs)];
  await spendAtOnce(accountId, 3, () => counts);
  await sql`update use_times set used_at = used_at - interval '26 hours' where account_id = ${accountId} and n < 3`;
  await server.app.ctx.db.raw`select prune_use_times()`;
  const left = await sql`select n from use_times where account_id = ${accountId}`;
  expect(left.map(({ n }) => Number(n))).toEqual([3]);
  expect(countRecorded(await spendAtOnce(accountId, 5, () => counts))).toBe(2);
  expect(await readUses(accountId)).toEqual({ k: 5 });
});
