// A server that works as on a cluster, here on one Postgres: every statement that it sends is seen and planned, so what a
// cluster would refuse is found without one. That a cluster takes the rest is for a cluster to show
// (docs/decisions/009-distribution.md).

import { append } from '@keytrail/server/audit/append';
import { pruneAgedEvents } from '@keytrail/server/audit/retention';
import { rollUp } from '@keytrail/server/audit/roll-up';
import { listAccountTables } from '@keytrail/server/base/account-tables';
import { connect } from '@keytrail/server/base/db';
import type { EventDraft } from '@keytrail/shared/event';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ageLogs, toPruneBody } from '../kit/age-log.ts';
import { checkLog } from '../kit/check-log.ts';
import { collectLive } from '../kit/live.ts';
import { countScans, explained, findAccounts, listChanges } from '../kit/one-account.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { useEverything } from '../kit/use-everything.ts';

const draft: EventDraft = { type: 'vault_change', action: 'update', source: 'direct', outcome: 'ok', title: 'Changed' };

const sent: { statement: string; parameters: readonly unknown[]; connection: number }[] = [];
let server: TestServer;
let sql: Sql;
let tables: Set<string>;
let owner: Owner;
let accountId: string;
beforeAll(async () => {
  server = await startTestServer(
    {},
    {
      distributed: true,
      onStatement: (statement, parameters, connection) => sent.push({ statement, parameters, connection }),
    },
  );
  sql = connect(server.databaseUrl, { max: 1 });
  tables = new Set((await listAccountTables(sql)).map(({ name }) => name));
  ({ owner, accountId } = await useEverything(server));
  const aged = crypto.randomUUID();
  await ageLogs(server.databaseUrl, [aged], 120);
  await pruneAgedEvents(server.app.ctx);
});
afterAll(async () => {
  await sql.end();
  await server.stop();
});

/** The functions that a cluster hands to the worker of their account, and those that it runs statement by statement. */
const ofOneAccount =
  /\b(append_for_account|roll_up_for_account|search_events_older|search_events_newer|prune_events)"?\(/;
/** Asks every worker for its own accounts, and takes whole weeks: once a week, by the job that prunes. */
const ofAllAccounts = /\b(prunable_accounts|drop_event_partition|ensure_event_partitions|aged_event_partitions)\(/;

test('every statement that touches a table of accounts names one account', async () => {
  const seen = new Set<string>();
  const touched = new Set<string>();
  for (const { statement, parameters } of sent) {
    const named = [...tables].filter((table) => new RegExp(`\\b"?${table}"?\\b`).test(statement));
    if (named.length === 0 || ofOneAccount.test(statement) || ofAllAccounts.test(statement) || seen.has(statement))
      continue;
    seen.add(statement);
    for (const table of named) touched.add(table);
    const rows = readRowAccounts(statement, parameters);
    if (rows.length > 1) {
      expect(new Set(rows).size, statement).toBe(1);
      continue;
    }
    const [row] = await sql.unsafe(`explain (format json, verbose) ${statement}`, [...parameters].map(toValue));
    const [plan] = [explained.parse(row?.['QUERY PLAN'])].flat();
    if (plan === undefined) throw new Error('no plan');
    const { accounts, unnamed } = findAccounts(plan.Plan, tables);
    expect(unnamed, statement).toEqual([]);
    expect([...accounts].length, statement).toBeLessThanOrEqual(1);
  }
  expect(seen.size).toBeGreaterThan(30);
  for (const table of [
    'agent_keys',
    'agents',
    'credentials',
    'event_facets',
    'event_slots',
    'events',
    'grants',
    'heads',
    'saved_views',
  ]) {
    expect([...touched], table).toContain(table);
  }
});

/** Whose rows an INSERT of several brings: the plan does not say, its parameters do. */
function readRowAccounts(statement: string, parameters: readonly unknown[]): unknown[] {
  const values = /^insert into "\w+" \("account_id",.*?\) values (.*)$/.exec(statement)?.[1] ?? '';
  return [...values.matchAll(/(?:^|, )\(\$(\d+)/g)].map(([, place]) => parameters[Number(place) - 1]);
}

function toValue(value: unknown): postgres.SerializableParameter {
  return value as postgres.SerializableParameter; // It was a parameter a moment ago.
}

test('a function that works on an account is given it alone, first', () => {
  const calls = sent.filter(({ statement }) => ofOneAccount.test(statement));
  for (const { statement, parameters } of calls) {
    expect(statement).toMatch(/(append_for_account|roll_up_for_account|search_events_\w+|prune_events)"?\(\s*\$1\b/);
    expect(parameters[0]).toMatch(/^[0-9a-f-]{36}$/);
  }
  for (const name of [
    'append_for_account',
    'roll_up_for_account',
    'search_events_older',
    'search_events_newer',
    'prune_events',
  ]) {
    expect(
      calls.some(({ statement }) => statement.includes(name)),
      name,
    ).toBe(true);
  }
});

test('the call of a function that is handed to a worker is all that its statement does', () => {
  const handed = sent.filter(({ statement }) => /append_for_account|roll_up_for_account/.test(statement));
  for (const { statement } of handed) {
    expect(statement.replaceAll(/\s+/g, ' ').trim()).toMatch(
      /^select ([a-z_, ]+ from append_for_account(_counted)?\(\$1::uuid, [^;a-z]*(array|text|integer|bigint|false|[^;a-z])*\)|roll_up_for_account\(\$1, \$2\) as taken)$/,
    );
  }
});

test('nothing is sent that a cluster refuses or does not pass on', () => {
  for (const { statement } of sent) {
    expect(statement).not.toMatch(/append_batch|set_config|\bconcurrently\b/i);
    // An INSERT takes no subquery, nothing that is changed a function of the moment.
    if (/^\s*insert\b/i.test(statement)) expect(statement).not.toMatch(/\(\s*select\b/i);
    if (/^\s*(insert|update|delete)\b/i.test(statement)) {
      expect(statement).not.toMatch(/\b(now|clock_timestamp|random|gen_random_uuid)\(/i);
    }
    // A worker is sent the whole text that a SET came in.
    if (/\bset local\b/i.test(statement)) expect(statement.trim()).toMatch(/^SET LOCAL [\w.]+ (=|TO) '[^';]*'$/);
  }
});

test('what row-level security looks at is asked in a transaction that has told the workers its account', () => {
  const told = new Map<number, { propagates: boolean; account: string | null }>();
  let asked = 0;
  for (const { statement, connection } of sent) {
    const state = told.get(connection) ?? { propagates: false, account: null };
    if (/^\s*(begin|commit|rollback)\b/i.test(statement)) told.delete(connection);
    else if (statement.includes('citus.propagate_set_commands')) told.set(connection, { ...state, propagates: true });
    else if (statement.includes('SET LOCAL keytrail.account_id')) {
      expect(state.propagates, statement).toBe(true);
      told.set(connection, { ...state, account: statement });
    } else if (asksAsApp(statement)) {
      asked++;
      expect(told.get(connection)?.account, statement).toMatch(/[0-9a-f-]{36}/);
    }
  }
  expect(asked).toBeGreaterThan(50);
});

/** Whatever reads tables of accounts in its own right, or by a function in its caller's. */
function asksAsApp(statement: string): boolean {
  if (ofAllAccounts.test(statement) || /\b(append_for_account\w*|roll_up_for_account|prune_events)\(/.test(statement))
    return false;
  return (
    [...tables].some((table) => new RegExp(`\\b"?${table}"?\\b`).test(statement)) ||
    /_events_(older|newer)|load_(agent|proxy)_call/.test(statement)
  );
}

test('no function asks in its caller’s right about an account that it names by set_config, but those that are told', async () => {
  const rows = await sql<{ name: string }[]>`
    select proname as name from pg_proc where pronamespace = 'public'::regnamespace and strpos(prosrc, 'set_config(''keytrail') > 0
    order by 1`;
  expect(rows.map(({ name }) => name)).toEqual(['load_agent_call', 'load_proxy_call']);
});

test('no function that asks about accounts is written in SQL with arguments', async () => {
  const rows = await sql<{ name: string }[]>`
    select p.proname as name from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace and l.lanname = 'sql' and p.pronargs > 0
      and p.prosrc ~ ('\\m(' || array_to_string(${[...tables]}::text[], '|') || ')\\M')`;
  expect([...rows]).toEqual([]);
});

test('a partition is dropped in a transaction in which the workers, too, give up soon', () => {
  const drop = sent.findIndex(({ statement }) => statement.includes('drop_event_partition'));
  const before = sent.slice(0, drop).map(({ statement }) => statement);
  for (const setting of ["citus.propagate_set_commands TO 'local'", "lock_timeout TO '200ms'"]) {
    expect(before).toContain(`SET LOCAL ${setting}`);
  }
});

test('appends of many accounts at once go one account a call, and every log is exact', async () => {
  const accounts = Array.from({ length: 60 }, () => crypto.randomUUID());
  sent.length = 0;
  await Promise.all(accounts.flatMap((id) => Array.from({ length: 5 }, () => append(server.app.ctx, id, draft))));
  const calls = sent.filter(({ statement }) => statement.includes('append_for_account'));
  expect(calls.length).toBeLessThan(300);
  expect(new Set(calls.map(({ parameters }) => parameters[0])).size).toBe(accounts.length);
  for (const id of accounts) expect(await checkLog(server.databaseUrl, id)).toHaveLength(5);
});

test('two servers that append to the same logs leave neither gap nor repeat', async () => {
  const node = await server.startNode();
  const accounts = Array.from({ length: 8 }, () => crypto.randomUUID());
  const nodes = [server.app.ctx, node.ctx];
  await Promise.all(
    Array.from({ length: 400 }, (_, n) =>
      append(nodes[n % 2] ?? node.ctx, accounts[n % 8] ?? '', { ...draft, title: `Number ${n}` }),
    ),
  );
  for (const id of accounts) expect(await checkLog(server.databaseUrl, id)).toHaveLength(50);
});

test('one log that is held locked fails none of the others', async () => {
  const [held, free] = [crypto.randomUUID(), crypto.randomUUID()];
  await Promise.all([held, free].map((id) => append(server.app.ctx, id, draft)));
  let waiting: Promise<PromiseSettledResult<unknown>[]> | undefined;
  await sql.begin(async (tx) => {
    await tx`select 1 from heads where account_id = ${held} for update`;
    const late = append(server.app.ctx, held, draft);
    waiting = Promise.allSettled([late, append(server.app.ctx, free, draft)]);
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
  expect(await checkLog(server.databaseUrl, free)).toHaveLength(2);
});

test('readers of the live log are woken by the node that appends, not by the function', async () => {
  const { head } = await owner.client.audit.since.query({ from: 0 });
  const reader = collectLive(owner.client, head - 1);
  await append(server.app.ctx, accountId, draft);
  await owner.client.views.list.query();
  // The recheck, which would bring it without a wake-up, comes after three seconds.
  await reader.waitFor(1, 2_000);
  reader.stop();
  expect(sent.some(({ statement }) => statement.includes("pg_notify('keytrail_events'"))).toBe(true);
});

/** Runs `work` and answers with the plan of every statement that the functions in it ran. */
async function planNested(work: (tx: postgres.TransactionSql) => Promise<unknown>) {
  const plans: { text: string; plan: ReturnType<typeof explained.parse> }[] = [];
  const watched = postgres(server.databaseUrl, {
    max: 1,
    onnotice: ({ message }) => {
      const [, json] = /plan:\s*(\{[\s\S]*\})\s*$/.exec(message ?? '') ?? [];
      if (json !== undefined)
        plans.push({ text: JSON.parse(json)['Query Text'], plan: explained.parse(JSON.parse(json)) });
    },
  });
  await watched.begin(async (tx) => {
    await tx.unsafe("load 'auto_explain'");
    await tx.unsafe('set local client_min_messages = notice');
    // As a cluster has it: a plan for whatever account is made dear, so that one for this account is chosen.
    await tx.unsafe('set local plan_cache_mode = force_custom_plan');
    for (const [name, value] of Object.entries({
      log_min_duration: '0',
      log_nested_statements: 'on',
      log_format: 'json',
      log_verbose: 'on',
      log_level: 'notice',
    })) {
      await tx.unsafe(`set local auto_explain.${name} = '${value}'`);
    }
    await work(tx);
  });
  await watched.end();
  return plans;
}

test('inside the functions, too, every statement names the one account', async () => {
  await rollUp(server.app.ctx.db, accountId);
  // As the distribution does it: a plan for any account could not be told its worker.
  for (const name of ['search_events_older', 'search_events_newer']) {
    await sql.unsafe(`alter function ${name} set plan_cache_mode = force_custom_plan`);
  }
  const aged = crypto.randomUUID();
  await ageLogs(server.databaseUrl, [aged], 120);
  const [what] = await sql<{ end_at: string; count: string; first_seq: string; last_seq: string }[]>`
    select end_at::text, p.* from aged_event_partitions() cross join lateral prunable_accounts(end_at) p
    where account_id = ${aged} order by end_at limit 1`;
  if (what === undefined) throw new Error('nothing has aged out');
  const bodies = [0, 1, 2].map(() =>
    toPruneBody({ count: '1', first_seq: '0', last_seq: '0' }).replace('"prune"', '"update"'),
  );
  const search = (tx: postgres.TransactionSql, name: string, filter: string) =>
    tx.unsafe(`select * from ${name}('${accountId}', '-infinity', 'infinity', 10, ${filter})`);
  const filters = [
    'null, null, null, null, null, null, null, null, null, null, null, null',
    "array['policy_denied'], null, null, null, null, null, null, null, null, null, null, null",
    "null, null, array['stripe'], null, null, null, null, array['denied'], null, null, array['127.0.0.0/8'::inet], null",
    "null, null, null, null, null, null, null, null, null, null, null, 'deploy'",
  ];
  const plans = await planNested(async (tx) => {
    await tx.unsafe(`set local keytrail.account_id = '${accountId}'`);
    for (const count of [1, 3]) {
      const fresh = bodies.slice(0, count).map((body) => body.replace(/"id":"[^"]*"/, `"id":"${crypto.randomUUID()}"`));
      await tx`select * from append_for_account(${accountId}::uuid, ${fresh}::text[], false)`;
      await tx`select * from append_for_account(${accountId}::uuid, ${fresh}::text[], true)`;
    }
    await tx`select * from append_for_account(${crypto.randomUUID()}::uuid, ${bodies}::text[], false)`;
    for (const windowMs of [null, 60_000]) {
      const fresh = bodies.map((body) => body.replace(/"id":"[^"]*"/, `"id":"${crypto.randomUUID()}"`));
      await tx`
        select * from append_for_account_counted(${accountId}::uuid, ${fresh}::text[], true, ${[1, 2, 3]}::integer[],
          ${['rate', 'rate', 'other']}::text[], ${[1, 1, 5]}::bigint[], ${[windowMs, windowMs, windowMs]}::bigint[], 0)`;
    }
    await tx`select roll_up_for_account(${accountId}, 1000)`;
    for (const name of ['search_events_older', 'search_events_newer'])
      for (const filter of filters) await search(tx, name, filter);
    await tx`select prune_events(${aged}, ${what.end_at}, ${toPruneBody(what)})`;
  });
  const touched = new Set<string>();
  const made = new Set<string>();
  for (const { text, plan } of plans) {
    const [root] = [plan].flat();
    if (root === undefined) throw new Error('no plan');
    const { accounts, unnamed } = findAccounts(root.Plan, tables);
    expect(unnamed, text).toEqual([]);
    expect([...accounts].length, text).toBeLessThanOrEqual(1);
    // What is handed to a worker changes one table a statement, and inserts from arrays rather than from a table.
    const changes = listChanges(root.Plan);
    for (const change of changes) made.add(change);
    expect(changes.length, text).toBeLessThanOrEqual(1);
    if (changes[0] === 'Insert') expect(countScans(root.Plan, tables), text).toBe(0);
    for (const table of tables) if (JSON.stringify(root).includes(`"Relation Name":"${table}`)) touched.add(table);
  }
  expect(plans.length).toBeGreaterThan(60);
  expect([...made].sort()).toEqual(['Delete', 'Insert', 'Update']);
  expect([...touched].sort()).toEqual(
    expect.arrayContaining([
      'event_spans',
      'event_facets',
      'event_members',
      'event_reasons',
      'event_rollups',
      'event_slots',
      'events',
      'heads',
      'use_counters',
      'use_times',
    ]),
  );
});
