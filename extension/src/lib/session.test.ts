import 'fake-indexeddb/auto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { createApi, toFailure } from './api.ts';
import { clearCache, readCacheState } from './cache.ts';
import { db } from './db.ts';
import { makeEvent } from './event.fixture.ts';
import type { Failure } from './failure.ts';
import { endLeftSessions, readUntoldServers, watchUntoldServers } from './left-sessions.ts';
import { expireSession, getSession, readSessionRecord, watchSession } from './session.ts';
import { setServerAddress, signIn, signOut } from './session-change.ts';

const servers: Server[] = [];

/** A server on a free port that answers as the test says. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind of address.
  return `http://127.0.0.1:${port}`;
}

/** A server that knows one account, by its name. */
function serveKeytrail(name: string, overrides: Record<string, RequestListener> = {}) {
  const routes: Record<string, RequestListener> = {
    '/health': (_request, response) => response.end('{"name":"keytrail","status":"ok","version":"0.1.0"}'),
    '/api/auth/sign-in/email': (_request, response) => response.setHeader('set-auth-token', `token-${name}`).end('{}'),
    '/api/auth/sign-out': (_request, response) => response.end('{}'),
    '/trpc/account.me': (_request, response) =>
      response.end(JSON.stringify({ result: { data: { accountId: name, name, email: `${name}@example.com` } } })),
    ...overrides,
  };
  return serve((request, response) => {
    response.setHeader('content-type', 'application/json');
    const route = routes[new URL(request.url ?? '/', 'http://x').pathname];
    if (route === undefined) response.writeHead(404).end('{}');
    else route(request, response);
  });
}

const answer = (status: number, body: object, headers: Record<string, string> = {}): RequestListener => {
  return (_request, response) => response.writeHead(status, headers).end(JSON.stringify(body));
};

const enter = (serverAddress: string) =>
  signIn({ serverAddress, email: 'ada@example.com', password: 'correct horse battery' });
type Expected = { kind: Failure['kind']; sentence: RegExp };
const failureOf = (promise: Promise<unknown>) => promise.then(() => null, toFailure);

beforeEach(async () => {
  fakeBrowser.reset();
  await clearCache();
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('signing in', () => {
  test('ok: the session is kept and pages are told', async () => {
    const address = await serveKeytrail('ada');
    const told: (string | undefined)[] = [];
    const stop = watchSession((session) => told.push(session?.account.name));
    await enter(address);
    stop();
    expect(await getSession()).toEqual({
      serverAddress: address,
      token: 'token-ada',
      account: { accountId: 'ada', name: 'ada', email: 'ada@example.com' },
    });
    expect(told).toEqual(['ada']);
  });

  test('another account: the cached events of the first are gone', async () => {
    await enter(await serveKeytrail('ada'));
    await db.events.put(makeEvent(0));
    await enter(await serveKeytrail('grace'));
    expect(await db.events.count()).toBe(0);
    expect((await readCacheState()).accountId).toBe('grace');
  });

  test.each<[string, string | RequestListener, Record<string, RequestListener>, Expected]>([
    ['no address', 'not an address', {}, { kind: 'invalid', sentence: /not a server address/ }],
    ['nobody there', 'http://127.0.0.1:9', {}, { kind: 'offline', sentence: /127\.0\.0\.1:9 cannot be reached/ }],
    ['another server', answer(200, { name: 'other' }), {}, { kind: 'invalid', sentence: /not a Keytrail server/ }],
    ['a page', (_request, response) => response.end('<h1>hi'), {}, { kind: 'invalid', sentence: /not a Keytrail/ }],
    [
      'wrong password',
      '',
      { '/api/auth/sign-in/email': answer(401, { code: 'INVALID_EMAIL_OR_PASSWORD' }) },
      { kind: 'invalid', sentence: /password is wrong/ },
    ],
    [
      'too many tries',
      '',
      { '/api/auth/sign-in/email': answer(429, {}, { 'x-retry-after': '42' }) },
      { kind: 'denied', sentence: /42 seconds/ },
    ],
    ['no token', '', { '/api/auth/sign-in/email': answer(200, {}) }, { kind: 'server', sentence: /no session/ }],
    ['no account', '', { '/trpc/account.me': answer(500, {}) }, { kind: 'server', sentence: /whose session/ }],
  ])('%s: says so and keeps nothing', async (_name, there, overrides, { kind, sentence }) => {
    const address =
      typeof there === 'function' ? await serve(there) : there === '' ? await serveKeytrail('ada', overrides) : there;
    const failure = await failureOf(enter(address));
    expect(failure?.kind).toBe(kind);
    expect(failure?.sentence).toMatch(sentence);
    expect(await getSession()).toBeNull();
  });
});

describe('the end of a session', () => {
  test('signing out forgets token, account and events, also without the server', async () => {
    const address = await serveKeytrail('ada', { '/api/auth/sign-out': (request) => request.destroy() });
    await enter(address);
    await db.events.put(makeEvent(0));
    await signOut();
    expect(await readSessionRecord()).toEqual({ serverAddress: address, token: null, account: null, notice: null });
    expect(await db.events.count()).toBe(0);
  });

  test.each([200, 401])('a server that was away at the sign-out is told later, until it answers %i', async (status) => {
    const told: (string | undefined)[] = [];
    let respond: RequestListener = (request) => request.destroy();
    const address = await serveKeytrail('ada', {
      '/api/auth/sign-out': (request, response) => {
        told.push(request.headers.authorization);
        respond(request, response);
      },
    });
    const untold = vi.fn();
    const stop = watchUntoldServers(untold);
    await enter(address);
    await signOut();
    expect(await readUntoldServers()).toEqual([address]);
    await vi.waitFor(() => expect(untold).toHaveBeenLastCalledWith([address]));

    respond = answer(503, {});
    await endLeftSessions();
    expect(await readUntoldServers()).toEqual([address]);
    respond = answer(status, {});
    await endLeftSessions();
    expect(await readUntoldServers()).toEqual([]);
    await vi.waitFor(() => expect(untold).toHaveBeenLastCalledWith([]));
    await endLeftSessions();
    expect(told).toEqual(Array(3).fill('Bearer token-ada'));
    expect(JSON.stringify(await fakeBrowser.storage.local.get(null))).not.toContain('token-ada');
    stop();
  });

  test('a cache that cannot be cleared leaves no session open, neither here nor on the server', async () => {
    const ended: (string | undefined)[] = [];
    const signOutRoute: RequestListener = (request, response) => {
      ended.push(request.headers.authorization);
      response.end('{}');
    };
    await enter(await serveKeytrail('ada', { '/api/auth/sign-out': signOutRoute }));
    vi.spyOn(db, 'write').mockRejectedValueOnce(new DOMException('the disk fails', 'UnknownError'));
    await expect(signOut()).rejects.toThrow('the disk fails');
    expect(ended).toEqual(['Bearer token-ada']);
    expect(await getSession()).toBeNull();
  });

  test('a refused token ends the session and keeps the events', async () => {
    await enter(await serveKeytrail('ada', { '/trpc/credentials.list': answer(401, {}) }));
    await db.events.put(makeEvent(0));
    await failureOf(createApi(getSession).credentials.list.query());
    expect(await getSession()).toBeNull();
    expect((await readSessionRecord()).notice).toMatch('Sign in again');
    expect(await db.events.count()).toBe(1);
  });

  test('a late refusal of the old token leaves the new session alone', async () => {
    await enter(await serveKeytrail('ada'));
    await expireSession('token-of-yesterday');
    expect(await getSession()).not.toBeNull();
  });

  test('calling while signed out is a failure, not a request', async () => {
    const failure = await failureOf(createApi(getSession).credentials.list.query());
    expect(failure?.kind).toBe('signed_out');
  });

  test('a server at another address never sees the token', async () => {
    await enter(await serveKeytrail('ada'));
    const other = await serveKeytrail('other');
    await setServerAddress(other);
    expect(await readSessionRecord()).toMatchObject({ serverAddress: other, token: null });
  });
});

describe('what a failed call says', () => {
  test.each([
    [
      'a denial with its rule',
      { code: 'access_denied', sentence: 'No grant.', rule: 'grant_missing' },
      { kind: 'denied', sentence: 'No grant.', rule: 'grant_missing' },
    ],
    [
      'a rule from a newer server',
      { code: 'access_denied', sentence: 'No.', rule: 'moon_phase', retryAt: '2026-03-01T00:00:00.000Z' },
      { kind: 'denied', sentence: 'No.', retryAt: '2026-03-01T00:00:00.000Z' },
    ],
    ['wrong input', { code: 'invalid_input', sentence: 'Too long.' }, { kind: 'invalid', sentence: 'Too long.' }],
    [
      'somebody else was faster',
      { code: 'conflict', sentence: 'Changed meanwhile.' },
      { kind: 'conflict', sentence: 'Changed meanwhile.' },
    ],
    [
      'the database is away',
      { code: 'database_unavailable', sentence: 'Away.' },
      { kind: 'server', sentence: 'Away.' },
    ],
  ])('%s', async (_name, keytrail, expected) => {
    const error = { error: { message: 'x', code: -32003, data: { code: 'FORBIDDEN', httpStatus: 403, keytrail } } };
    await enter(await serveKeytrail('ada', { '/trpc/credentials.list': answer(403, error) }));
    expect(await failureOf(createApi(getSession).credentials.list.query())).toEqual(expected);
  });

  test('an answer of something else', async () => {
    await enter(await serveKeytrail('ada', { '/trpc/credentials.list': (_r, response) => response.end('<html>') }));
    expect((await failureOf(createApi(getSession).credentials.list.query()))?.kind).toBe('server');
  });

  test('a server that went away', async () => {
    const address = await serveKeytrail('ada');
    await enter(address);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    expect((await failureOf(createApi(getSession).credentials.list.query()))?.kind).toBe('offline');
  });
});
