import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClients } from './clients.ts';

function createInstallation() {
  return createClients({ serverSecret: randomBytes(32), randomBytes, nowMs: () => 1_700_000_000_000 });
}

function register(clients: ReturnType<typeof createInstallation>, name = 'Code Helper'): string {
  const { answer } = clients.register({ client_name: name, redirect_uris: ['http://127.0.0.1:1/cb'] });
  return 'client_id' in answer ? String(answer.client_id) : '';
}

test('a client’s id holds what it registered with, and no two registrations are one client', () => {
  const clients = createInstallation();
  const [one, other] = [clients.find(register(clients)), clients.find(register(clients))];
  expect(one).toMatchObject({ name: 'Code Helper', redirectUris: ['http://127.0.0.1:1/cb'] });
  expect(one?.hash.equals(other?.hash ?? Buffer.alloc(0))).toBe(false);
});

test('an id that was changed, cut or sealed elsewhere is nobody’s', () => {
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
    expect(clients.find(wrong), wrong).toBeNull();
  }
});

test('a name is cut to one line that can be shown', () => {
  const clients = createInstallation();
  expect(clients.find(register(clients, `a\u202eb\n${'x'.repeat(300)}`))?.name).toBe(`ab${'x'.repeat(98)}`);
  expect(clients.find(register(clients, '\n'))?.name).toBe('A program without a name');
});
