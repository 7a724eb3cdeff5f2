// A day in an account's life over the API: everything that a person and an agent can ask of the server, once.

import { recordProxyResult } from '@keytrail/server/vault/proxy-result';
import { expect } from 'vitest';
import { getRefusal } from './client.ts';
import { postAuth, signIn } from './people.ts';
import { createPolicy } from './policies.ts';
import { callThrough, createTokenProxy, loadProxyOf, toProxyEdit } from './proxies.ts';
import type { Owner, TestServer } from './server.ts';
import { createAgent, createGrantedAgent, createToken } from './vault.ts';

/** Leaves a log with events of every kind that there is a call for. */
export async function useEverything(server: TestServer): Promise<{ owner: Owner; accountId: string }> {
  const owner = await server.createOwner();
  const { accountId } = await owner.client.account.me.query();
  await useVault(server, owner);
  await useProxies(server, owner);
  await readLog(server, owner);
  await useSessions(server, owner);
  return { owner, accountId };
}

async function useVault(server: TestServer, owner: Owner): Promise<void> {
  const { client } = owner;
  const bot = await createGrantedAgent(owner, server.url);
  await bot.client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  await bot.client.agent.whoami.query();
  await bot.client.agent.grants.query();
  await bot.client.agent.events.query({ limit: 50 });
  const token = await createToken(owner, 'stripe', 'live');
  // More than are recorded one by one within a minute.
  for (let n = 0; n < 62; n++) await getRefusal(bot.client.agent.credential.mutate({ service: 'unheard-of' }));
  expect(await getRefusal(bot.client.agent.credential.mutate({ service: 'stripe' }))).toMatchObject({ status: 403 });
  await client.credentials.use.mutate({ id: token.id, action: 'reveal' });
  await client.credentials.update.mutate({ id: token.id, version: token.version, label: 'test' });
  await client.credentials.list.query();
  await client.grants.list.query({ agentId: bot.agent.id });
  await client.grants.create.mutate({ agentId: bot.agent.id, credentialId: token.id });
  await client.grants.create.mutate({ agentId: bot.agent.id, credentialId: token.id });
  await client.grants.revoke.mutate({ id: bot.grant.id });
  await client.agents.update.mutate({ id: bot.agent.id, name: 'release-bot', description: '' });
  await client.agents.rotateKey.mutate({ id: bot.agent.id });
  await client.agents.suspend.mutate({ id: bot.agent.id });
  await client.agents.resume.mutate({ id: bot.agent.id });
  await createAgent(owner, server.url, 'second-bot');
  await client.agents.list.query();
  await client.agents.remove.mutate({ id: bot.agent.id });
  await client.credentials.remove.mutate({ id: token.id });
  const view = await client.views.save.mutate({ name: 'Denials', search: '?outcomes=denied' });
  await client.views.save.mutate({ name: 'Denials', search: '?outcomes=failed' });
  await client.views.list.query();
  await client.views.remove.mutate({ id: view.id });
}

async function useProxies({ app: { ctx } }: TestServer, owner: Owner): Promise<void> {
  const { proxies, policies } = owner.client;
  const { proxy, key, credential } = await createTokenProxy(owner);
  const policy = await createPolicy(
    owner,
    [{ type: 'rate_limit', uses: 2, per: 'day', counts: 'both' }],
    [{ kind: 'proxy', id: proxy.id }],
  );
  const { by } = await loadProxyOf(ctx, key);
  const said = { tool: 'create_issue', correlationId: proxy.id };
  for (const outcome of ['ok', 'ok', 'denied']) expect(await callThrough(ctx, key, said)).toMatchObject({ outcome });
  recordProxyResult(ctx, by, said, credential, { status: 200, ms: 1, bytes: 2, failure: null });
  await ctx.appends.flush();
  await proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 60 });
  await proxies.endOldKeys.mutate({ id: proxy.id });
  expect(await callThrough(ctx, key)).toMatchObject({ outcome: 'denied', rule: 'key_revoked' });
  await proxies.setEnabled.mutate({ id: proxy.id, enabled: false });
  await proxies.update.mutate({ id: proxy.id, version: 2, proxy: toProxyEdit({ credentialId: credential.id }) });
  await proxies.list.query();
  await policies.list.query();
  await policies.detach.mutate({ id: policy.id, targets: [{ kind: 'proxy', id: proxy.id }] });
  await policies.attach.mutate({ id: policy.id, targets: [{ kind: 'proxy', id: proxy.id }] });
  await proxies.remove.mutate({ id: proxy.id });
}

async function readLog(server: TestServer, owner: Owner): Promise<void> {
  const { audit } = owner.client;
  const page = await audit.list.query({ filter: {}, limit: 3 });
  const [event] = page.events;
  if (event === undefined || page.before === null) throw new Error('the log is empty');
  await audit.list.query({ filter: { types: ['vault_change'], text: 'bot' }, before: page.before, limit: 3 });
  await audit.list.query({ filter: { ips: ['127.0.0.0/8'] }, after: page.before, limit: 3 });
  await audit.get.query({ id: event.id });
  await audit.related.query({ correlationId: event.id });
  for (const filter of [{}, { services: ['github'] }, { text: 'deploy', from: new Date(0).toISOString() }]) {
    await audit.facets.query({ filter });
    await audit.chart.query({ filter, zone: 'Europe/London', bucket: 'day' });
  }
  await audit.since.query({ from: 0 });
  const answer = await fetch(`${server.url}/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${owner.session}`, 'content-type': 'application/json' },
    body: JSON.stringify({ format: 'jsonl', filter: {} }),
  });
  expect([answer.status, (await answer.text()).length > 0]).toEqual([200, true]);
}

async function useSessions(server: TestServer, owner: Owner): Promise<void> {
  const session = await signIn(server.url, owner.email);
  await postAuth(server.url, 'sign-in/email', { email: owner.email, password: 'not the password' });
  await postAuth(server.url, 'sign-out', {}, { authorization: `Bearer ${session}` });
}
