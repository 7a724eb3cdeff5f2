// Clients that sign in to /mcp with a Client ID Metadata Document: their id is the address at which they are described.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClientSite,
  describeClient,
  sendDocument,
  startClientSite,
  trustClientSites,
} from '../kit/client-site.ts';
import { eras } from '../kit/mcp-client.ts';
import { answerOnPage, openPage, signInOnPage } from '../kit/mcp-sign-in-pages.ts';
import { createProgram, redirectUrl } from '../kit/mcp-sign-in-program.ts';
import { ask, exchange, getCode, readTokens, refresh } from '../kit/mcp-sign-in-requests.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir, type TempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

let server: TestServer;
let folder: TempDir;
/** Trusts the sites of these tests, and may reach them. */
let node: ServerProcess;
let owner: Owner;
let site: ClientSite;

beforeAll(async () => {
  folder = await makeTempDir();
  server = await startTestServer();
  node = await startServerProcess({
    ...server.variables,
    ...(await trustClientSites(folder.path)),
    KEYTRAIL_ALLOWED_UPSTREAMS: 'localhost',
    KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1',
  });
  owner = await server.createOwner();
});
afterAll(async () => {
  await node.kill('SIGTERM');
  await server.stop();
  await folder.remove();
});
beforeEach(async () => {
  site = await startClientSite();
});
afterEach(() => site.stop());

test('the server says that it takes such clients', async () => {
  const metadata = await (await fetch(`${node.url}/.well-known/oauth-authorization-server`)).json();
  expect(metadata).toMatchObject({ client_id_metadata_document_supported: true });
});

describe.each(eras)('an official client of the era of %s', (era) => {
  test('is let in without registering, and acts as the agent that the owner chose; the log says who describes it', async () => {
    const owner = await server.createOwner();
    const bot = await createGrantedAgent(owner, server.url);
    const program = createProgram(`${node.url}/mcp`, era, 'Code Helper', site.clientId);
    expect(await program.connect()).toBeNull();
    expect(new URL(program.sentTo()).searchParams.get('client_id')).toBe(site.clientId);
    await program.finish(await answerOnPage(node.url, program.sentTo(), owner.email, { agent: bot.agent.id }));
    const mcp = await program.connect();
    const { values } = (await mcp?.callTool('get_credential', { service: 'github' })) ?? {};
    expect(values).toMatchObject({ values: { value: tokenValue } });
    await mcp?.close();
    const { events } = await owner.client.audit.list.query({ filter: { types: ['vault_change'] }, limit: 5 });
    expect(events.find(({ title }) => title === 'Client connected')).toMatchObject({
      agentId: bot.agent.id,
      note: `Code Helper, described at ${site.host}, returning to 127.0.0.1:3917`,
    });
  });
});

test('the pages name the host that describes the client, and that on this computer anybody may answer', async () => {
  const page = await signInOnPage(node.url, ask(node.url, site.clientId), owner.email);
  expect(page.status).toBe(200);
  expect(page.text).toContain(`as described by</small> <code dir="ltr">${site.host}</code>`);
  expect(page.text).toContain('a program on this computer, which may be another one');
});

test('one document is asked for once for all that it is needed for; codes and tokens need it no more', async () => {
  await Promise.all(Array.from({ length: 8 }, () => openPage(ask(node.url, site.clientId))));
  const code = await getCode(node.url, site.clientId, owner.email, { name: 'helper of a site' });
  expect(site.asked).toBe(1);
  // Whatever becomes of the site.
  const { clientId } = site;
  await site.stop();
  const tokens = await readTokens(await exchange(node.url, { client_id: clientId, code }));
  const refreshed = await readTokens(await refresh(node.url, { client_id: clientId, ...tokens }));
  expect(refreshed.access_token).not.toBe(tokens.access_token);
  const wrong = await refresh(node.url, { client_id: `${clientId}x`, refresh_token: refreshed.refresh_token });
  expect(wrong.status).toBe(400);
});

test('what describes nobody is not kept: the next one who comes finds it mended', async () => {
  site.answer = (response) => sendDocument(response, 'not yet');
  expect((await openPage(ask(node.url, site.clientId))).status).toBe(400);
  site.answer = (response) => sendDocument(response, describeClient(site.clientId));
  expect((await openPage(ask(node.url, site.clientId))).status).toBe(200);
  expect(site.asked).toBe(2);
});

describe('nobody is let in', () => {
  const refused: Record<string, (response: Parameters<ClientSite['answer']>[0]) => void> = {
    'by the document of another client': (response) =>
      sendDocument(response, describeClient('https://app.example.com/client.json')),
    'after a redirect': (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    'by an error': (response) => void response.writeHead(404).end(describeClient(site.clientId)),
    'by a page': (response) => sendDocument(response, describeClient(site.clientId), { 'content-type': 'text/html' }),
    'by a document without end': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(describeClient(site.clientId, { more: 'x'.repeat(20_000) }));
    },
    'by a document that does not come to its end': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    },
  };
  test.each(Object.keys(refused))('%s; the page says whose description is missing', async (name) => {
    site.answer = refused[name] ?? site.answer;
    const page = await openPage(ask(node.url, site.clientId));
    expect({ status: page.status, location: page.location }).toEqual({ status: 400, location: null });
    expect(page.text).toContain(`says that ${site.host} describes it`);
  });

  test('back to where the document does not say', async () => {
    const page = await openPage(ask(node.url, site.clientId, { redirect_uri: 'https://evil.test/callback' }));
    expect(page.status).toBe(400);
    expect(page.text).toContain('did not register');
    const other = await openPage(
      ask(node.url, site.clientId, { redirect_uri: redirectUrl.replace('callback', 'other') }),
    );
    expect(other.status).toBe(400);
  });

  test('at an address in the server’s own network, or of a certificate that nobody vouches for; none is connected to', async () => {
    // This server may not reach them, and trusts no certificate of theirs.
    for (const clientId of [site.clientId, site.clientId.replace('localhost', '127.0.0.1')]) {
      expect((await openPage(ask(server.url, clientId))).status).toBe(400);
    }
    expect(site.asked).toBe(0);
    const allowing = await startServerProcess({ ...server.variables, KEYTRAIL_ALLOWED_UPSTREAMS: 'localhost' });
    expect((await openPage(ask(allowing.url, site.clientId))).status).toBe(400);
    expect(site.asked).toBe(0);
    await allowing.kill('SIGTERM');
  });
});
