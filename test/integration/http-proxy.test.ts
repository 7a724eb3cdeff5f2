// The HTTP proxy over real connections: what reaches an API, what comes back, and what the log says of it.

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { selfSigned } from '@keytrail/server/base/outbound.fixture';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callPlainly, type HttpUpstream, startHttpUpstream } from '../kit/http-upstream.ts';
import { type ProxyFields, toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';

const secret = 'sk-live/+"5f2c" & \\more=';
const stars = (text: string) => '*'.repeat(Buffer.byteLength(text));
const token = `\${TOKEN}`;

let upstream: HttpUpstream;
let server: TestServer;
let owner: Owner;
let credentialId: string;
/** A proxy of the upstream that injects the secret as a header, where a test needs no other. */
let usual: { url: string; key: string };

beforeAll(async () => {
  upstream = await startHttpUpstream();
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: `${upstream.host},localhost` });
  owner = await server.createOwner();
  const credential = { kind: 'token', service: 'api', label: 'main', secret: { value: secret } } as const;
  credentialId = (await owner.client.credentials.create.mutate(credential)).id;
  usual = await createProxy({ headers: { 'x-token': token } });
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
});
beforeEach(() => {
  upstream.answer = (_request, response) => void response.end('ok');
});

async function createProxy(changes: Partial<ProxyFields> = {}) {
  const { proxy, key } = await owner.client.proxies.create.mutate(
    toProxyFields({ kind: 'http', upstreamUrl: `${upstream.url}/base`, credentialId, ...changes }),
  );
  return { proxy, key, url: `${server.url}/http/p/${proxy.name}` };
}

/** A call by the proxy's key. */
function call(
  { url, key }: { url: string; key: string },
  path: string,
  { headers = {}, ...rest }: Parameters<typeof callPlainly>[1] = {},
) {
  return callPlainly(url + path, { ...rest, headers: { authorization: `Bearer ${key}`, ...headers } });
}

/** The newest events, the newest first, as soon as the newest is a result. */
async function readEvents(limit: number) {
  const read = async () => (await owner.client.audit.list.query({ filter: {}, limit })).events;
  await expect.poll(async () => (await read())[0]?.action).toBe('result');
  return read();
}

function lastReceived(): IncomingMessage {
  const last = upstream.received.at(-1);
  if (last === undefined) throw new Error('nothing reached the upstream');
  return last;
}

async function readRefusal(answering: ReturnType<typeof callPlainly>) {
  const answer = await answering;
  return { status: answer.status, ...JSON.parse(await answer.readText()) };
}

describe('on the way out', () => {
  test('the secret is injected, the caller’s own proofs stay here, and two events tell of it', async () => {
    const basic = await createProxy({
      name: 'everything',
      headers: { 'x-token': `t ${token}` },
      query: { api_key: token },
      basicAuth: { username: 'me', password: token },
      upstreamUrl: `${upstream.url}/base/?v=1`,
    });
    const answer = await call(basic, '/a%20b/c?x=1&api_key=theirs&x=2', {
      headers: {
        'X-Token': 'theirs',
        cookie: 'session=1',
        'x-api-key': 'theirs',
        'x-forwarded-for': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        'x-http-method-override': 'DELETE',
        range: 'bytes=0-3',
        'x-leak': basic.key,
        connection: 'x-hop',
        'x-hop': '1',
        accept: 'text/plain',
      },
    });
    expect([answer.status, await answer.readText()]).toEqual([200, 'ok']);
    const { method, url = '', headers } = lastReceived();
    const sent = new URL(url, upstream.url);
    expect([method, sent.pathname]).toEqual(['GET', '/base/a%20b/c']);
    expect([...sent.searchParams]).toEqual(
      expect.arrayContaining([
        ['v', '1'],
        ['x', '1'],
        ['x', '2'],
        ['api_key', secret],
      ]),
    );
    expect([...sent.searchParams]).toHaveLength(4);
    const { host, connection, ...others } = headers;
    expect(host).toBe(upstream.host);
    expect(connection).not.toBe('x-hop');
    expect(others).toEqual({
      accept: 'text/plain',
      'accept-encoding': 'identity',
      'cdn-loop': expect.stringMatching(/^keytrail-[\w-]{12}$/),
      'x-token': `t ${secret}`,
      authorization: `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`,
    });
    const [result, use] = await readEvents(2);
    const about = {
      type: 'agent_access',
      source: 'mcp_proxy',
      title: 'everything',
      proxyId: basic.proxy.id,
      credentialId,
      tool: 'GET /a%20b/c',
      upstreamHost: upstream.host,
      outcome: 'ok',
    };
    expect(use).toMatchObject({ ...about, action: 'inject', fields: ['value'] });
    expect(result).toMatchObject({ ...about, action: 'result', upstreamStatus: 200, bytes: 2 });
    expect(result?.correlationId).toBe(use?.correlationId);
    expect(JSON.stringify([result, use])).not.toContain('5f2c');
  });

  test('a key opens its own proxy only, and stays out of the address unless its owner said so', async () => {
    const other = await createProxy();
    expect(await readRefusal(call({ url: other.url, key: usual.key }, '/'))).toMatchObject({
      status: 401,
      sentence: `This key is for ${new URL(usual.url).pathname}.`,
    });
    expect(await readRefusal(callPlainly(`${other.url}/`))).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(await readRefusal(callPlainly(`${other.url}/?key=${other.key}`))).toMatchObject({ status: 401 });
    const open = await createProxy({ keyInUrl: true });
    const answer = await callPlainly(`${open.url}/x?a=1&key=${open.key}`);
    expect([answer.status, lastReceived().url]).toEqual([200, '/base/x?a=1']);
    expect(server.logged()).not.toContain(open.key);
  });

  test.each([
    ['GET', '/public/x', true],
    ['GET', '/public/a/b?q=/../', true],
    ['HEAD', '/exact', true],
    ['POST', '/%65xact', true],
    ['POST', '/public/x', false],
    ['GET', '/exactly', false],
    ['GET', '/private', false],
    ['GET', '/publicity', false],
    ['GET', '/Public/x', false],
    ['GET', '//public/x', false],
  ])('with routes, %s %s is let through: %s', async (method, path, isLet) => {
    const routed = await createProxy({
      routes: [
        { method: 'GET', path: '/public/*' },
        { method: '*', path: '/exact' },
      ],
    });
    const before = upstream.received.length;
    const answer = await call(routed, path, { method });
    expect([answer.status, upstream.received.length - before]).toEqual(isLet ? [200, 1] : [403, 0]);
    if (isLet) return;
    expect(JSON.parse(await answer.readText())).toMatchObject({ code: 'access_denied', rule: 'route' });
    const [denial] = (await owner.client.audit.list.query({ filter: {}, limit: 1 })).events;
    expect(denial).toMatchObject({ type: 'policy_denied', rule: 'route', proxyId: routed.proxy.id });
  });

  test.each([
    '/public/../private',
    '/public/./x',
    '/public/%2e%2e/private',
    '/public/.%2E/private',
    '/public/..%2fprivate',
    '/public/..%2F..%2fprivate',
    '/public/a%2f..%2f..%2fprivate',
    '/public/%252e%252e/private',
    `/public/%${'25'.repeat(50)}41`,
    '/public/..;/private',
    '/public/..;a=1/private',
    '/public/..%5cprivate',
    '/public/..\\private',
    '/public/%00',
    '/public/%0a',
    '/public/%zz',
    '/public/%c0%ae%c0%ae/private',
  ])('a path that climbs or hides goes nowhere: %s', async (path) => {
    const routed = await createProxy({ routes: [{ method: '*', path: '/public/*' }] });
    const before = upstream.received.length;
    const refusal = await readRefusal(call(routed, path));
    expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(upstream.received.length).toBe(before);
    const [denial] = (await owner.client.audit.list.query({ filter: {}, limit: 1 })).events;
    expect(denial).toMatchObject({ type: 'policy_denied', rule: 'route', proxyId: routed.proxy.id });
    expect(denial?.tool).toContain(`GET ${path}`.slice(0, 100));
  });

  test.each([
    ['/public/%e2%80%aetxt.evil', 200, 'GET /public/%E2%80%AEtxt.evil'],
    ['/private/%7f', 403, 'GET /private/%7F'],
    ['/private/%c2%85%e2%80%a8', 403, 'GET /private/%C2%85%E2%80%A8'],
    [`/private/${'a'.repeat(286)}%f0%9f%98%80`, 403, `GET /private/${'a'.repeat(286)}`],
  ])('a path that the log cannot hold as it is is recorded all the same: %s', async (path, status, tool) => {
    const routed = await createProxy({ routes: [{ method: '*', path: '/public/*' }] });
    expect((await call(routed, path)).status).toBe(status);
    const { events } = await owner.client.audit.list.query({ filter: { proxyIds: [routed.proxy.id] } });
    const outcome = status === 200 ? 'ok' : 'denied';
    expect(events.find(({ action }) => action === 'inject')).toMatchObject({ outcome, tool });
  });

  test('an underscore for a dash neither replaces what is injected nor brings in what is dropped', async () => {
    const headers = {
      x_token: 'theirs',
      'X-HTTP_Method_Override': 'DELETE',
      x_forwarded_for: '203.0.113.9',
      x_own: '1',
    };
    await call(usual, '/', { headers });
    const sent = Object.entries(lastReceived().headers).filter(([name]) => /^x/.test(name));
    expect(Object.fromEntries(sent)).toEqual({ 'x-token': secret, x_own: '1' });
  });

  test('a key in the path goes nowhere, not into the log either, and a query as it was written', async () => {
    const before = upstream.received.length;
    expect(await readRefusal(call(usual, `/${usual.key}/x`))).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(await readRefusal(call(usual, `/${encodeURIComponent(usual.key).replace('_', '%5F')}`))).toMatchObject({
      status: 400,
    });
    expect(upstream.received).toHaveLength(before);
    await (await call(usual, `/x?${usual.key}&bin=%E9%FF&q=a%20b&flag`)).readText();
    expect(lastReceived().url).toBe('/base/x?bin=%E9%FF&q=a%20b&flag');
    const { events } = await owner.client.audit.list.query({ filter: {}, limit: 10 });
    expect(JSON.stringify(events)).not.toContain('kt_proxy_');
  });

  test('no query makes another method of the call than the one that was judged', async () => {
    await call(usual, '/items?_method=DELETE&%5FHttpMethod=PATCH&x=1&X-HTTP-Method-Override=PUT', { method: 'POST' });
    const sent = new URL(lastReceived().url ?? '', upstream.url);
    expect([lastReceived().method, sent.search]).toEqual(['POST', '?x=1']);
  });

  test('a body goes through as it comes, of known length or not, while the answer already runs', async () => {
    upstream.answer = (request, response) => void request.pipe(response);
    const sized = await call(usual, '/echo', { method: 'POST', body: 'hello', headers: { 'content-length': '5' } });
    expect([await sized.readText(), lastReceived().headers['content-length']]).toEqual(['hello', '5']);
    const body = new Readable({ read() {} });
    const answering = call(usual, '/echo', { method: 'POST', body });
    body.push('first ');
    const answer = await answering;
    const [first] = await once(answer.body, 'data');
    expect(String(first)).toBe('first ');
    body.push('second');
    body.push(null);
    const [second] = await once(answer.body, 'data');
    expect(String(second)).toBe('second');
    expect(lastReceived().headers['transfer-encoding']).toBe('chunked');
  });

  test('an upstream that answers before it has read the body is heard', async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(413).end('too much '.repeat(200_000));
    };
    const body = new Readable({ read() {} });
    body.push('the beginning of what is never finished');
    const answer = await call(usual, '/upload', { method: 'PUT', body });
    expect([answer.status, (await answer.readText()).length]).toEqual([413, 1_800_000]);
  });

  test('a secret that no header can carry is said to be the reason', async () => {
    const { id } = await owner.client.credentials.create.mutate({
      kind: 'token',
      service: 'api',
      label: 'with a line break',
      secret: { value: 'line-one\nx-other: two' },
    });
    const proxy = await createProxy({ credentialId: id, headers: { 'x-token': token } });
    const before = upstream.received.length;
    const refusal = await readRefusal(call(proxy, '/'));
    expect(refusal).toMatchObject({ status: 502, code: 'not_injectable' });
    expect(upstream.received.length).toBe(before);
    expect((await readEvents(1))[0]).toMatchObject({ action: 'result', outcome: 'failed' });
  });

  test.each(['https://evil.example.com', 'null'])('a page of somebody else’s may not call: %s', async (origin) => {
    expect((await call(usual, '/', { headers: { origin } })).status).toBe(403);
  });

  test('a request that was sent to another name than this server’s is refused', async () => {
    expect((await call(usual, '/', { headers: { host: 'evil.example.com' } })).status).toBe(403);
  });
});

describe('on the way back', () => {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(`user:${secret}`).toString('base64');

  test('the secret is overwritten in headers and body, however it is written', async () => {
    const written = [secret, json, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(json).slice(1, -1)];
    upstream.answer = (_request, response) => {
      response.setHeader('x-echo', [secret, `b ${encodeURIComponent(secret)}`]);
      response.end(written.join('\n'));
    };
    const answer = await call(usual, '/');
    expect(answer.headers['x-echo']).toBe(`${stars(secret)}, b ${stars(encodeURIComponent(secret))}`);
    expect(await answer.readText()).toBe(written.map(stars).join('\n'));
  });

  test('it is overwritten in base64, and where it is cut into single bytes, without the length changing', async () => {
    const text = `{"auth":"${base64}","raw":"${json}","q":"${encodeURIComponent(secret)}"}`;
    upstream.answer = (_request, response) => {
      response.setHeader('content-length', Buffer.byteLength(text));
      const bytes = [...Buffer.from(text)];
      const writeNext = () => {
        const byte = bytes.shift();
        if (byte === undefined) response.end();
        else response.write(Buffer.of(byte), () => setImmediate(writeNext));
      };
      writeNext();
    };
    const answer = await call(usual, '/');
    expect(answer.headers['content-length']).toBe(String(text.length));
    const body = await answer.readText();
    expect(body).toHaveLength(text.length);
    expect(Buffer.from(body.slice(9, 9 + base64.length), 'base64').toString()).not.toContain('live');
    expect(body.slice(9 + base64.length)).toBe(`","raw":"${stars(json)}","q":"${stars(encodeURIComponent(secret))}"}`);
  });

  test('a user name is no secret; the password is, and both together as a login', async () => {
    const { id } = await owner.client.credentials.create.mutate({
      kind: 'login',
      service: 'api',
      label: 'of a person',
      public: { username: 'test-person', sites: [] },
      secret: { password: 'pass-word-5f2c' },
    });
    const basicAuth = { username: `\${FIELD:username}`, password: token };
    const proxy = await createProxy({ credentialId: id, basicAuth });
    upstream.answer = ({ headers }, response) => void response.end(`test-person ${headers.authorization}`);
    const login = Buffer.from('test-person:pass-word-5f2c').toString('base64');
    const answer = await call(proxy, '/');
    expect([lastReceived().headers.authorization, await answer.readText()]).toEqual([
      `Basic ${login}`,
      `test-person Basic ${stars(login)}`,
    ]);
  });

  test('an answer that is compressed though nobody asked for it is searched all the same', async () => {
    upstream.answer = (_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(`<${secret}>`));
    };
    const answer = await call(usual, '/');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(await answer.readText()).toBe(`<${stars(secret)}>`);
    const head = await call(usual, '/', { method: 'HEAD' });
    expect([head.status, await head.readText()]).toEqual([200, '']);
    upstream.answer = (_request, response) => void response.setHeader('content-encoding', 'zstd').end('?');
    expect(await readRefusal(call(usual, '/'))).toMatchObject({ status: 502 });
  });

  test.each([
    ['HEAD', 200, {}],
    ['GET', 204, {}],
    ['GET', 200, { 'content-length': '0' }],
  ] as const)(
    'an answer to %s of %d without a body is whole, though it is said to be compressed',
    async (method, status, more) => {
      upstream.answer = (_request, response) =>
        void response.writeHead(status, { 'content-encoding': 'gzip', ...more }).end();
      const answer = await call(usual, '/empty', { method });
      expect([answer.status, await answer.readText()]).toEqual([status, '']);
      const [result] = await readEvents(1);
      expect(result).toMatchObject({ action: 'result', outcome: 'ok', upstreamStatus: status });
    },
  );

  test('headers come back in the bytes that they had, but for one that the secret names', async () => {
    const value = 'sk_live_lower0123';
    const stored = { kind: 'token', service: 'api', label: 'blank', secret: { value: `${value} ` } } as const;
    const { id } = await owner.client.credentials.create.mutate(stored);
    const proxy = await createProxy({ credentialId: id, headers: { 'x-token': token } });
    const name = Buffer.from('filename="Größe.pdf"').toString('latin1');
    upstream.answer = ({ headers }, response) => {
      response.writeHead(200, { 'content-disposition': name, [`x-${value}`]: '1' });
      response.end(Buffer.from(`you said ${headers['x-token']}`));
    };
    const answer = await call(proxy, '/file');
    expect(answer.headers['content-disposition']).toBe(name);
    expect(JSON.stringify(answer.headers)).not.toContain(value);
    // Blanks at its end were lost on the way out.
    expect(await answer.readText()).toBe(`you said ${'*'.repeat(value.length)}`);
  });

  test('what a pasted login says does not come back either', async () => {
    const value = Buffer.from('admin:hunter2-hunter2').toString('base64');
    const stored = { kind: 'token', service: 'api', label: 'basic', secret: { value } } as const;
    const { id } = await owner.client.credentials.create.mutate(stored);
    const proxy = await createProxy({ credentialId: id, headers: { authorization: `Basic ${token}` } });
    upstream.answer = (_request, response) => void response.end('admin:hunter2-hunter2, hunter2-hunter2');
    expect(await (await call(proxy, '/')).readText()).toBe(`${'*'.repeat(21)}, ${'*'.repeat(15)}`);
  });

  test('what is between the upstream and its own callers stays there; no page comes from here', async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(403, {
        'set-cookie': 'a=1',
        'www-authenticate': 'Bearer',
        'strict-transport-security': 'max-age=1',
        'clear-site-data': '"*"',
        'keep-alive': 'timeout=99',
        'x-accel-redirect': '/internal/secret',
        'x-sendfile': '/etc/passwd',
        'cdn-cache-control': 'max-age=600',
        'cache-control': 'public, max-age=600',
        'x-accel-buffering': 'no',
        'content-type': 'text/html',
        etag: '"1"',
      });
      response.end('<script>');
    };
    const { status, headers } = await call(usual, '/');
    expect(status).toBe(403);
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      etag: '"1"',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
    });
    const names = [
      'set-cookie',
      'www-authenticate',
      'strict-transport-security',
      'clear-site-data',
      'cdn-cache-control',
    ];
    names.push('x-accel-redirect', 'x-sendfile');
    expect(names.filter((name) => name in headers)).toEqual([]);
  });

  test('a refusal of the credential is an error of ours, without what would lead into the upstream’s sign-in', async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://a.test"' }).end(secret);
    };
    const answer = await call(usual, '/');
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([502, undefined]);
    const text = await answer.readText();
    expect(JSON.parse(text)).toMatchObject({ code: 'upstream_unauthorized' });
    expect(text).not.toContain('live');
    expect((await readEvents(1))[0]).toMatchObject({ outcome: 'failed', upstreamStatus: 401 });
  });

  test.each([
    ['/base/next?a=1', '/next?a=1'],
    ['next', '/dir/next'],
    [`UPSTREAM/base/${encodeURIComponent(secret)}`, `/${stars(encodeURIComponent(secret))}`],
  ])('a redirect on the upstream, to %s, is one on the proxy', async (location, path) => {
    upstream.answer = (_request, response) => {
      response.writeHead(307, { location: location.replace('UPSTREAM', upstream.url) }).end();
    };
    const before = upstream.received.length;
    const answer = await call(usual, '/dir/here');
    expect([answer.status, answer.headers.location]).toEqual([307, new URL(usual.url).pathname + path]);
    expect(upstream.received.length - before).toBe(1);
  });

  test.each([
    'http://169.254.169.254/latest',
    '//evil.example.com/',
    'https://127.0.0.1/base/x',
    '/elsewhere',
    'http://[bad',
  ])('a redirect to %s is followed by nobody', async (location) => {
    upstream.answer = (_request, response) => void response.writeHead(302, { location }).end();
    const answer = await call(usual, '/');
    expect([answer.status, answer.headers.location]).toEqual([502, undefined]);
    expect(JSON.parse(await answer.readText())).toMatchObject({ code: 'upstream_redirected' });
  });

  test('nor are two redirects in one answer', async () => {
    const location = ['location', 'https://evil.example.com/', 'location', 'https://evil.example.com/'];
    upstream.answer = (_request, response) => void response.writeHead(302, location).end();
    expect(await readRefusal(call(usual, '/'))).toMatchObject({ status: 502, code: 'upstream_redirected' });
  });
});

describe('streams', () => {
  test('one that is open ends when its key is revoked, and the refusal is recorded', async () => {
    const { proxy, key, url } = await createProxy({ headers: { 'x-token': token } });
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    };
    const stream = await call({ url, key }, '/');
    await once(stream.body, 'data');
    const gone = once(lastReceived().socket, 'close');
    await owner.client.proxies.rotateKey.mutate({ id: proxy.id, overlapMinutes: 0 });
    await expect(stream.readText()).rejects.toThrow();
    await gone;
    const [result, refusal] = await readEvents(2);
    expect(refusal).toMatchObject({ type: 'policy_denied', rule: 'key_revoked', proxyId: proxy.id });
    expect(result).toMatchObject({ outcome: 'failed', note: 'The proxy may not be used any more' });
  });

  test('50 MB come through in little memory, scrubbed', async () => {
    const line = Buffer.from(`${'a line of an ordinary answer, '.repeat(2000)}${secret}\n`);
    const lines = Math.ceil((50 * 1024 * 1024) / line.length);
    upstream.answer = (_request, response) => {
      Readable.from(
        (function* () {
          for (let count = 0; count < lines; count++) yield line;
        })(),
      ).pipe(response);
    };
    const answer = await call(usual, '/large');
    const before = process.memoryUsage().rss;
    let most = before;
    let length = 0;
    let leaks = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (chunk.includes(secret)) leaks++;
      // A slow reader: what it has not read must wait at the upstream.
      if (length % 8 === 0) await new Promise(setImmediate);
      most = Math.max(most, process.memoryUsage().rss);
    }
    expect([length, leaks]).toEqual([lines * line.length, 0]);
    expect((most - before) / 1024 / 1024).toBeLessThan(150);
    expect((await readEvents(1))[0]).toMatchObject({ outcome: 'ok', bytes: length });
  });

  test('an event of a stream is there before the next one is sent', async () => {
    const sending: ServerResponse[] = [];
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      sending.push(response);
    };
    const answer = await call(usual, '/events');
    expect(String((await once(answer.body, 'data'))[0])).toBe('data: 1\n\n');
    sending[0]?.write('data: 2\n\n');
    expect(String((await once(answer.body, 'data'))[0])).toBe('data: 2\n\n');
    sending[0]?.end();
    await once(answer.body, 'end');
  });

  test('three hundred that are open keep no call waiting', async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    };
    const open = await Promise.all(Array.from({ length: 300 }, () => call(usual, '/events')));
    upstream.answer = (_request, response) => void response.end('ok');
    expect(await (await call(usual, '/')).readText()).toBe('ok');
    for (const answer of open) {
      answer.body.on('error', () => {});
      answer.leave();
    }
  });

  test('an upstream that dies in the middle cuts the caller off, at once and for all to see', async () => {
    upstream.answer = (_request, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    };
    const answer = await call(usual, '/dies');
    await expect(answer.readText()).rejects.toThrow();
    expect((await readEvents(1))[0]).toMatchObject({ outcome: 'failed', upstreamStatus: 200, bytes: 4 });
  });

  test('a caller who leaves in the middle is gone for the upstream, too', async () => {
    let closed = false;
    upstream.answer = (_request, response) => {
      response.write('half');
      response.once('close', () => {
        closed = true;
      });
    };
    const answer = await call(usual, '/left');
    await once(answer.body, 'data');
    answer.body.on('error', () => {});
    answer.leave();
    await expect.poll(() => closed).toBe(true);
    expect((await readEvents(1))[0]).toMatchObject({ outcome: 'failed', note: expect.stringContaining('left') });
  });

  test('a caller who leaves before there is an answer is gone for the upstream, too', async () => {
    let state = 'nothing';
    upstream.answer = (_request, response) => {
      state = 'called';
      response.once('close', () => {
        state = 'closed';
      });
    };
    const controller = new AbortController();
    const answering = fetch(`${usual.url}/slow`, {
      headers: { authorization: `Bearer ${usual.key}` },
      signal: controller.signal,
    });
    await expect.poll(() => state).toBe('called');
    controller.abort();
    await expect(answering).rejects.toThrow();
    await expect.poll(() => state).toBe('closed');
  });

  test('a caller who leaves in the middle of its own body is gone for the upstream, too', async () => {
    let state = 'nothing';
    upstream.answer = (request) => {
      request.once('data', () => {
        state = 'reading';
      });
      request.once('close', () => {
        state = 'closed';
      });
      request.on('error', () => {});
    };
    const body = new Readable({ read() {} });
    body.push('begun');
    const controller = new AbortController();
    const answering = fetch(`${usual.url}/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${usual.key}` },
      signal: controller.signal,
      body: Readable.toWeb(body) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    await expect.poll(() => state).toBe('reading');
    controller.abort();
    await expect(answering).rejects.toThrow();
    await expect.poll(() => state).toBe('closed');
  });
});

describe('where upstreams lie', () => {
  test.each([
    'http://127.0.0.1:9/',
    'http://2130706433:9/',
    'http://0x7f.1:9/',
    'http://[::1]:9/',
    'http://[::ffff:127.0.0.1]:9/',
    'http://0.0.0.0:9/',
    'http://169.254.169.254/',
    'https://10.1.2.3/',
  ])('a private address is not called: %s', async (upstreamUrl) => {
    const proxy = await createProxy({ upstreamUrl });
    expect(await readRefusal(call(proxy, '/'))).toMatchObject({ status: 502, code: 'upstream_forbidden' });
    expect((await readEvents(1))[0]).toMatchObject({ action: 'result', outcome: 'failed' });
  });

  test('nor a name that leads to one', async () => {
    const strict = await startTestServer();
    const other = await strict.createOwner();
    const upstreamUrl = upstream.url.replace('127.0.0.1', 'localhost');
    const { proxy, key } = await other.client.proxies.create.mutate(toProxyFields({ kind: 'http', upstreamUrl }));
    const before = upstream.received.length;
    const refusal = await readRefusal(call({ url: `${strict.url}/http/p/${proxy.name}`, key }, '/'));
    expect(refusal).toMatchObject({ status: 502, code: 'upstream_forbidden' });
    expect(upstream.received.length).toBe(before);
    await strict.stop();
  });

  test('a certificate that nobody vouches for is refused, though the host is allowed', async () => {
    let requests = 0;
    const tls = createTlsServer(selfSigned, (_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => tls.listen(0, resolve));
    const proxy = await createProxy({ upstreamUrl: `https://localhost:${(tls.address() as AddressInfo).port}/` });
    expect(await readRefusal(call(proxy, '/'))).toMatchObject({
      status: 502,
      code: 'upstream_unreachable',
      sentence: 'The upstream’s certificate is not valid.',
    });
    expect(requests).toBe(0);
    tls.close();
  });
});

test('nothing of the secret or a key was logged', () => {
  expect(server.logged()).not.toContain('5f2c');
  expect(server.logged()).not.toContain('kt_proxy_');
});
