// What agents get of each kind of credential: codes and never seeds, one field or all, keys and certificates whole.

import { createHmac } from 'node:crypto';
import {
  authority,
  certificate,
  certificateKey,
  ed25519Key,
  ed25519PublicKey,
  lockedKey,
  otherPublicKey,
  renewedCertificate,
} from '@keytrail/server/vault/keys.fixture';
import type { CredentialInput } from '@keytrail/shared/credential';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getRefusal } from '../kit/client.ts';
import { connectMcp, eras } from '../kit/mcp-client.ts';
import { callThrough, toProxyFields } from '../kit/proxies.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { createAgent } from '../kit/vault.ts';

let server: TestServer;
let owner: Owner;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.createOwner();
});
afterAll(() => server.stop());

type Input = Parameters<Owner['client']['credentials']['create']['mutate']>[0];

/** An agent that may use all of one new credential. */
async function createGranted(input: Input, fields?: string[]) {
  const credential = await owner.client.credentials.create.mutate(input);
  const bot = await createAgent(owner, server.url, `bot of ${input.service}`);
  await owner.client.grants.create.mutate({
    agentId: bot.agent.id,
    credentialId: credential.id,
    ...(fields === undefined ? {} : { fields }),
  });
  return { ...bot, credential };
}

/** RFC 6238 anew, from its text: the count of periods, HMAC, dynamic truncation (RFC 4226 §5.3). */
function toCode(ascii: string, hash: string, digits: number, period: number, atMs: number): string {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(atMs / 1000 / period)));
  const mac = createHmac(hash, ascii).update(count).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

describe('one-time codes', () => {
  const digitsOf = (length: number) => '1234567890'.repeat(7).slice(0, length);
  const toBase32 = (ascii: string) =>
    [...Buffer.from(ascii)]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .replace(/.{1,5}/g, (bits) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(bits.padEnd(5, '0'), 2)] ?? '');

  test('the reference here is that of the RFC', () => {
    expect(toCode(digitsOf(20), 'sha1', 8, 30, 59_000)).toBe('94287082');
    expect(toCode(digitsOf(32), 'sha256', 8, 30, 1_111_111_111_000)).toBe('67062674');
    expect(toCode(digitsOf(64), 'sha512', 8, 30, 20_000_000_000_000)).toBe('47863826');
  });

  test.each([
    ['sha1', 20, 6, 30],
    ['sha1', 20, 8, 30],
    ['sha256', 32, 8, 60],
    ['sha512', 64, 7, 1],
  ])(
    'an agent gets the code of the moment by API and MCP, and never the seed: %s, %d bytes, %d digits, %d s',
    async (...row) => {
      const [hash, length, digits, period] = row;
      const ascii = digitsOf(length);
      const secret = toBase32(ascii);
      const seed = `otpauth://totp/Shop:sam?secret=${secret}&algorithm=${hash}&digits=${digits}&period=${period}`;
      const service = `codes-${hash}-${digits}`;
      const bot = await createGranted({ kind: 'totp', service, label: 'sam', secret: { seed } });
      const expectedWithin = (fromMs: number, toMs: number) => {
        const codes = new Set<string>();
        for (let atMs = fromMs; atMs < toMs + period * 1000; atMs += period * 1000) {
          codes.add(toCode(ascii, hash, digits, period, Math.min(atMs, toMs)));
        }
        return [...codes];
      };

      const beforeMs = Date.now();
      const byApi = await bot.client.agent.credential.mutate({ service });
      expect(Object.keys(byApi.values)).toEqual(['totp']);
      expect(expectedWithin(beforeMs, Date.now())).toContain(byApi.values.totp);
      for (const era of eras) {
        const mcp = await connectMcp(`${server.url}/mcp`, bot.key, era);
        const startMs = Date.now();
        const { values } = await mcp.callTool('get_one_time_code', { service });
        expect(expectedWithin(startMs, Date.now())).toContain(values.code);
        expect(JSON.stringify(await mcp.callTool('get_credential', { service }))).not.toContain(secret);
        await mcp.close();
      }
      expect(server.logged()).not.toContain(secret);
    },
  );

  test('no name and no way brings the seed out, to an agent or to its owner', async () => {
    const seed = toBase32(digitsOf(20));
    const service = 'seeds';
    const bot = await createGranted({ kind: 'totp', service, label: 'code', secret: { seed } });
    const loginBot = await createGranted({
      kind: 'login',
      service: 'seed-login',
      label: 'sam',
      notes: 'sealed-note',
      public: { username: 'sam', sites: [] },
      secret: { password: 'p', totp: seed },
    });
    const answers: unknown[] = [];
    const names = ['seed', 'secret', 'notes', 'value', 'password', 'sealed', 'SEED', 'totp.seed', '__proto__', '*'];
    for (const field of names) {
      const refusal = await getRefusal(bot.client.agent.credential.mutate({ service, field }));
      expect(refusal, field).toMatchObject({ code: 'field_unknown' });
      answers.push(refusal);
    }
    const whole = await loginBot.client.agent.credential.mutate({ service: 'seed-login' });
    expect(Object.keys(whole.values).sort()).toEqual(['password', 'totp', 'username']);
    expect(whole.values.totp).toMatch(/^\d{6}$/);
    answers.push(whole, await bot.client.agent.grants.query(), await bot.client.agent.events.query({}));
    for (const era of eras) {
      const mcp = await connectMcp(`${server.url}/mcp`, bot.key, era);
      answers.push(await mcp.callTool('list_credentials'));
      for (const field of ['seed', 'totp']) answers.push(await mcp.callTool('get_credential', { service, field }));
      await mcp.close();
    }
    for (const fields of [['seed'], ['totp', 'seed'], ['notes', 'seed']]) {
      const { agent } = await createAgent(owner, server.url, `limited to ${fields.join(' and ')}`);
      const grant = { agentId: agent.id, credentialId: bot.credential.id, fields };
      answers.push(await getRefusal(owner.client.grants.create.mutate(grant)));
    }
    const proxy = toProxyFields({ credentialId: bot.credential.id, headers: { 'x-seed': `\${FIELD:seed}` } });
    const { key } = await owner.client.proxies.create.mutate(proxy);
    await expect(callThrough(server.app.ctx, key)).rejects.toMatchObject({ code: 'field_unknown' });
    for (const { id } of [bot.credential, loginBot.credential]) {
      const use = owner.client.credentials.use.mutate({ id, action: 'reveal', fields: ['seed'] });
      expect(await getRefusal(use)).toMatchObject({ code: 'field_unknown' });
    }
    answers.push(await owner.client.credentials.list.query());
    answers.push((await owner.client.audit.since.query({ from: 0 })).events);
    expect(JSON.stringify(answers)).not.toContain(seed);
    expect(server.logged()).not.toContain(seed);
  });
});

test('named values: one of them, all of them, or those that the grant covers', async () => {
  const secret = { ACCESS_KEY_ID: 'id-1', SECRET_ACCESS_KEY: 'secret-1', REGION: 'eu-west-1' };
  const all = await createGranted({ kind: 'fields', service: 'aws', label: 'prod', secret });
  expect((await all.client.agent.credential.mutate({ service: 'aws' })).values).toEqual(secret);
  const one = await all.client.agent.credential.mutate({ service: 'aws', field: 'REGION' });
  expect(one.values).toEqual({ REGION: 'eu-west-1' });
  const some = await createGranted({ kind: 'fields', service: 'aws-some', label: 'prod', secret }, ['REGION']);
  expect((await some.client.agent.credential.mutate({ service: 'aws-some' })).values).toEqual({ REGION: 'eu-west-1' });
});

describe('SSH keys', () => {
  const derived = ed25519PublicKey.split(' ').slice(0, 2).join(' ');

  test('an agent gets the private key, its passphrase and the public half that was read from it', async () => {
    const secret = { privateKey: ed25519Key, passphrase: 'for nothing' };
    const bot = await createGranted({ kind: 'ssh_key', service: 'host', label: 'deploy', secret });
    expect(bot.credential.public).toEqual({ publicKey: derived });
    const { values } = await bot.client.agent.credential.mutate({ service: 'host' });
    expect(values).toEqual({ ...secret, publicKey: derived });
    const one = await bot.client.agent.credential.mutate({ service: 'host', field: 'privateKey' });
    expect(one.values).toEqual({ privateKey: ed25519Key });
  });

  test('a new key takes its public half along, though the form sends the old one back', async () => {
    const made = await owner.client.credentials.create.mutate({
      kind: 'ssh_key',
      service: 'host',
      label: 'renewed',
      public: { publicKey: otherPublicKey },
      secret: { privateKey: lockedKey },
    });
    const { public: members } = await owner.client.credentials.update.mutate({
      id: made.id,
      version: 1,
      public: { publicKey: otherPublicKey },
      secret: { privateKey: ed25519Key },
    });
    expect(members).toEqual({ publicKey: derived });
  });

  test('invalid: no private key, or the public half of another; neither is repeated', async () => {
    const create = (secret: { privateKey: string }, publicKey?: string) =>
      getRefusal(
        owner.client.credentials.create.mutate({
          kind: 'ssh_key',
          service: 'host',
          label: 'bad',
          public: publicKey === undefined ? {} : { publicKey },
          secret,
        }),
      );
    const none = await create({ privateKey: 'sealed-words' });
    expect(none).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(none.sentence).not.toContain('sealed-words');
    expect(await create({ privateKey: ed25519Key }, otherPublicKey)).toMatchObject({
      status: 400,
      code: 'invalid_input',
    });
    expect(server.logged()).not.toMatch(/sealed-words|PRIVATE KEY/);
  });
});

describe('certificates', () => {
  const toInput = (label: string, more: Partial<Extract<CredentialInput, { kind: 'certificate' }>> = {}) => ({
    kind: 'certificate' as const,
    service: 'tls',
    label,
    public: { chain: certificate + authority },
    secret: { privateKey: certificateKey },
    ...more,
  });

  test('an agent gets key and chain; the expiry is that of the certificate, and moves when it is renewed', async () => {
    const bot = await createGranted(toInput('web'));
    expect(bot.credential.expiresAt).toBe('2036-11-24T03:34:31.000Z');
    const { values } = await bot.client.agent.credential.mutate({ service: 'tls' });
    expect(values).toEqual({ chain: certificate + authority, privateKey: certificateKey });
    const renewed = await owner.client.credentials.update.mutate({
      id: bot.credential.id,
      version: 1,
      expiresAt: '2036-11-24T03:34:00.000Z',
      public: { chain: renewedCertificate + authority },
    });
    expect(renewed.expiresAt).toBe('2037-11-09T03:34:31.000Z');
  });

  test('the owner’s own expiry stays', async () => {
    const expiresAt = '2030-01-01T00:00:00.000Z';
    expect((await owner.client.credentials.create.mutate(toInput('own', { expiresAt }))).expiresAt).toBe(expiresAt);
  });

  test('invalid: no key, no certificate, or one of another key', async () => {
    for (const wrong of [
      toInput('bad', { secret: { privateKey: 'words' } }),
      toInput('bad', { public: { chain: 'words' } }),
      toInput('bad', { public: { chain: authority } }),
    ]) {
      const refusal = await getRefusal(owner.client.credentials.create.mutate(wrong));
      expect(refusal).toMatchObject({ status: 400, code: 'invalid_input' });
    }
  });
});
