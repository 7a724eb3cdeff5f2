// Master keys that the operator keeps: in the environment, or in a file that only its owner may read.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, ConfigError } from './config.ts';

export type KeysByVersion = ReadonlyMap<number, Buffer>;

type Place = Pick<Config, 'masterKeys' | 'dataDir'>;

export const keyBytes = 32;

/** For a start: makes the file with a fresh key when there is neither variable nor file, nor a service to make one. */
export async function prepareMasterKeys(config: Place & Pick<Config, 'kmsKeyId'>): Promise<void> {
  const path = toKeyFile(config);
  if (config.masterKeys !== null || config.kmsKeyId !== null || existsSync(path)) return;
  await writeNew(path, formatKeys(new Map([[1, randomBytes(keyBytes)]])));
}

/** The keys that the operator keeps, as they are now; none where there is neither variable nor file. */
export async function readMasterKeys(config: Place): Promise<KeysByVersion> {
  if (config.masterKeys !== null) return parseMasterKeys(config.masterKeys);
  const path = toKeyFile(config);
  if (!existsSync(path)) return new Map();
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  return parseMasterKeys(await readFile(path, 'utf8'));
}

/** Adds a fresh key to the file, which is made where it is missing. It stands there whole, or nothing has changed. */
export async function addToKeyFile(config: Place, version: number): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  await rewriteKeyFile(config, (keys) => keys.set(version, key));
  return key;
}

/** Takes a version out of the file, and the file away when that was its last. False where it is not in there. */
export async function removeFromKeyFile(config: Place, version: number): Promise<boolean> {
  if (config.masterKeys !== null || !(await readMasterKeys(config)).has(version)) return false;
  await rewriteKeyFile(config, (keys) => keys.delete(version));
  return true;
}

export function toKeyFile({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'master.key');
}

function parseMasterKeys(text: string): KeysByVersion {
  const byVersion = new Map<number, Buffer>();
  for (const entry of text.trim().split(/[\n,]/)) {
    const [version, key] = entry.trim().split(':');
    const bytes = Buffer.from(key ?? '', 'base64');
    if (!/^\d{1,9}$/.test(version ?? '') || bytes.length !== keyBytes) {
      throw new ConfigError('The master key file is damaged: each line must be VERSION:BASE64 of 32 bytes.');
    }
    if (byVersion.has(Number(version))) throw new ConfigError(`Master key version ${version} is given twice.`);
    byVersion.set(Number(version), bytes);
  }
  return byVersion;
}

function formatKeys(keys: KeysByVersion): string {
  return [...keys].map(([version, key]) => `${version}:${key.toString('base64')}\n`).join('');
}

/** By way of a draft that takes its place, and that belongs to whoever the file belonged to: the server must read it. */
async function rewriteKeyFile(config: Place, change: (keys: Map<number, Buffer>) => void): Promise<void> {
  const path = toKeyFile(config);
  const keys = new Map(await readMasterKeys({ ...config, masterKeys: null }));
  change(keys);
  if (keys.size === 0) return rm(path);
  if (!existsSync(path)) return writeNew(path, formatKeys(keys));
  const draft = await writeDraft(path, formatKeys(keys));
  const { uid, gid } = await stat(path);
  if (process.getuid?.() === 0) await chown(draft, uid, gid);
  await rename(draft, path);
  await syncFolder(path);
}

/** Whole or not at all, and never in place of another: two starts at once must agree on one key. */
async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const draft = await writeDraft(path, text);
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  await syncFolder(path);
}

async function writeDraft(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  return draft;
}

/** So that a key is not lost with the power after something was sealed with it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
}
