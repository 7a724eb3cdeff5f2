import { createHash, randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { Flights } from '../base/flights.ts';
import { createOutbound } from '../base/outbound.ts';
import { createClients } from './clients.ts';

const outbound = createOutbound([]);
afterAll(() => outbound.close());

function createInstallation() {
  return createClients({
    serverSecret: randomBytes(32),
    randomBytes,
    nowMs: () => 1_700_000_000_000,
    outbound,
    flights: new Flights(),
    log: pino({ level: 'silent' }),
    stopping: new AbortController().signal,
  });
}

function register(clients: ReturnType<typeof createInstallation>, name = 'Code Helper'): string {
  const { answer } = clients.register({ client_name: name, redirect_uris: ['http://127.0.0.1:1/cb'] });
  return 'client_id' in answer ? String(answer.client_id) : '';
}

test('a client’s id holds what it registered with, and no two registrations are one client', async () => {
  const clients = createInstallation();
  const [one, other] = [await clients.find(register(clients)), await clients.find(register(clients))];
  expect(one).toMatchObject({ name: 'Code Helper', redirectUris: ['http://127.0.0.1:1/cb'], describedAt: null });
  expect(one?.hash.equals(other?.hash ?? Buffer.alloc(0))).toBe(false);
});

test('an id that was changed, cut or sealed elsewhere is nobody’s', async () => {
  const clients = createInstallation();
  const id = register(clients);
  const [content = '', seal = ''] = id.replace('kt_client_', '').split('.');
  const changed = Buffer.from(Buffer.from(content, 'base64url').toString().replace('127.0.0.1', 'evil.test'));
  for (const wrong of [
    `kt_client_${changed.toString('base64url')}.${seal}`,
    `kt_client_${content}`,
    `kt_client_${content}.`,
    `kt_client_${content}.${seal.slice(0, -2)}`,
    `kt_client_${content}.${seal}=`,
    `${content}.${seal}`,
    '',
    register(createInstallation()),
  ]) {
    expect(await clients.find(wrong), wrong).toBeNull();
    expect(clients.identify(wrong), wrong).toBeNull();
  }
});

test('a name is cut to one line that can be shown', async () => {
  const clients = createInstallation();
  expect((await clients.find(register(clients, `a\u202eb\n${'x'.repeat(300)}`)))?.name).toBe(`ab${'x'.repeat(98)}`);
  expect((await clients.find(register(clients, '\n')))?.name).toBe('A program without a name');
});

test('an address in this server’s own network describes nobody; its id is known by its hash all the same', async () => {
  const clients = createInstallation();
  for (const id of ['https://127.0.0.1/client', 'https://localhost:1/client', 'https://[::1]/client']) {
    expect(await clients.find(id), id).toBeNull();
    expect(clients.identify(id)).toEqual(createHash('sha256').update(id).digest());
  }
});
