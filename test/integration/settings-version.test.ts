// The version of an account's settings: another one after every change of what accesses are decided by, and after nothing else.

import { connect } from '@keytrail/server/base/db';
import type { Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPolicy } from '../kit/policies.ts';
import { createTokenProxy } from '../kit/proxies.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent } from '../kit/vault.ts';

let server: TestServer;
let sql: Sql;
beforeAll(async () => {
  server = await startTestServer();
  sql = connect(server.databaseUrl, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
});

test('every table that the load functions read has its triggers, which fire at the end of a transaction', async () => {
  const loads = await sql<{ source: string }[]>`
    select prosrc as source from pg_proc where proname in ('load_agent_call', 'load_proxy_call')`;
  const read = new Set(loads.flatMap(({ source }) => [...source.matchAll(/public\.(\w+)/g)].map(([, name]) => name)));
  expect(read.size).toBeGreaterThan(6);
  const triggers = await sql<{ name: string; table: string; deferred: boolean }[]>`
    select tgname as name, tgrelid::regclass::text as table, tginitdeferred as deferred from pg_trigger
    where tgfoid = 'note_settings_change'::regproc`;
  expect(triggers.every(({ deferred }) => deferred)).toBe(true);
  for (const name of ['settings_change', 'settings_come_and_go']) {
    const tables = triggers.filter((trigger) => trigger.name === name).map(({ table }) => table);
    expect(tables.sort(), name).toEqual([...read].sort());
  }
});

test('each change makes another version; a use, a reading and when something was last used make none', async () => {
  const owner = await server.createOwner();
  const { accountId } = await owner.client.account.me.query();
  const readVersion = async () => {
    const [row] = await sql<{ version: string }[]>`select settings_version(${accountId})::text as version`;
    return row?.version;
  };
  const expectChange = async <T>(change: () => Promise<T>): Promise<T> => {
    const before = await readVersion();
    const answer = await change();
    expect(await readVersion()).not.toBe(before);
    return answer;
  };
  const bot = await expectChange(() => createGrantedAgent(owner, server.url));
  const target = { kind: 'agent', id: bot.agent.id } as const;
  const policy = await expectChange(() => createPolicy(owner, [{ type: 'max_uses', uses: 9 }], [target]));
  const { proxy } = await expectChange(() => createTokenProxy(owner));

  const before = await readVersion();
  await bot.client.agent.credential.mutate({ service: 'github', label: 'main' });
  await owner.client.credentials.list.query();
  await owner.client.credentials.use.mutate({ id: bot.credential.id, action: 'reveal' });
  for (const table of ['credentials', 'agents', 'agent_keys', 'proxies', 'proxy_keys']) {
    await sql`update ${sql(table)} set last_used_at = now() where account_id = ${accountId}`;
  }
  expect(await readVersion()).toBe(before);

  await expectChange(() => owner.client.policies.remove.mutate({ id: policy.id }));
  await expectChange(() => owner.client.proxies.remove.mutate({ id: proxy.id }));
  await expectChange(() => owner.client.grants.revoke.mutate({ id: bot.grant.id }));
  await expectChange(() => owner.client.vault.lock.mutate());
});
