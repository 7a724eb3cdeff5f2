// Where the master keys come from: the environment, or a file that only its owner may read.

import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, ConfigError } from './config.ts';
import type { MasterKeys } from './envelope.ts';

/** Loads the master keys; makes the file with a fresh key when neither variable nor file exists. */
export async function loadMasterKeys(config: Pick<Config, 'masterKeys' | 'dataDir'>): Promise<MasterKeys> {
  return parseMasterKeys(config.masterKeys ?? (await readOrMakeKeyFile(join(config.dataDir, 'master.key'))));
}

/** A 32-byte key for another purpose, derived from the oldest master key so that rotation does not change it. */
export function deriveKey(keys: MasterKeys, purpose: string): Buffer {
  const oldest = keys.byVersion.get(Math.min(...keys.byVersion.keys())) ?? Buffer.alloc(0);
  return Buffer.from(hkdfSync('sha256', oldest, '', `keytrail/${purpose}/v1`, 32));
}

function parseMasterKeys(text: string): MasterKeys {
  const byVersion = new Map<number, Buffer>();
  for (const entry of text.trim().split(/[\n,]/)) {
    const [version, key] = entry.split(':');
    const bytes = Buffer.from(key ?? '', 'base64');
    if (!/^\d{1,9}$/.test(version ?? '') || bytes.length !== 32) {
      throw new ConfigError('The master key file is damaged: each line must be VERSION:BASE64 of 32 bytes.');
    }
    if (byVersion.has(Number(version))) throw new ConfigError(`Master key version ${version} is given twice.`);
    byVersion.set(Number(version), bytes);
  }
  return { newest: Math.max(...byVersion.keys()), byVersion };
}

async function readOrMakeKeyFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  if (!existsSync(path)) await makeKeyFile(path);
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  return readFile(path, 'utf8');
}

/** Whole or not at all, and never in place of another: two starts at once must agree on one key. */
async function makeKeyFile(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(`1:${randomBytes(32).toString('base64')}\n`);
  await file.sync();
  await file.close();
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
}
