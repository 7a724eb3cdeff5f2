// A secret of the whole installation, for sessions and the like: made once, kept sealed, the same under every master key.

import { hkdfSync } from 'node:crypto';
import type { Sql } from 'postgres';
import { type MasterKeys, open, readKeyVersion, rewrap, seal } from './envelope.ts';
import type { Keyring } from './keyring.ts';

const name = 'server_secret';
const context = { accountId: '', credentialId: '', field: name, version: 1 };

/** The secret's 32 bytes, made on the first start. Throws where it does not open with these keys. */
export async function openServerSecret(sql: Sql, keys: Keyring): Promise<Buffer> {
  const [found] = await read(sql);
  if (found !== undefined) return Buffer.from(open(keys, context, found.value), 'base64');
  // Derived as sessions were before there was this secret, so that whoever is signed in stays so.
  const first = Buffer.from(
    hkdfSync('sha256', keys.getKey(Math.min(...keys.listHeld())), '', 'keytrail/sessions/v1', 32),
  );
  const box = seal(keys, context, first.toString('base64'));
  await sql`insert into server_facts (name, value) values (${name}, ${box}) on conflict (name) do nothing`;
  const [made] = await read(sql);
  return Buffer.from(open(keys, context, made?.value ?? Buffer.alloc(0)), 'base64');
}

/** Puts the secret under the version that seals. Whoever else does so at the same moment does the same. */
export async function rewrapServerSecret(sql: Sql, keys: MasterKeys): Promise<void> {
  const [found] = await read(sql);
  if (found === undefined || readKeyVersion(found.value) === keys.getSealing()) return;
  const box = rewrap(keys, context, found.value);
  await sql`update server_facts set value = ${box} where name = ${name} and value = ${found.value}`;
}

/** A key for one purpose. */
export function deriveKey(serverSecret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', serverSecret, '', `keytrail/${purpose}/v1`, 32));
}

function read(sql: Sql) {
  return sql<{ value: Buffer }[]>`select value from server_facts where name = ${name}`;
}
