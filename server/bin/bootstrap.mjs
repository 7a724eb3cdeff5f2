// Makes a fresh checkout ready to run: the Node version, the dependencies, the built extension. Needs only Node and npm.
// @ts-check

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository, runQuietly, step } from './step.mjs';

/** Where the built extension lies, as "Load unpacked" and `--load-extension` want it. */
export const extensionFolder = join(repository, 'extension/.output/chrome-mv3');

/** The built server, to be run by Node alone, and its command line. */
export const serverMain = join(repository, 'server/.output/server/main.mjs');
export const serverCli = join(repository, 'server/.output/server/cli.mjs');

const pnpm = 'pnpm@12.21.0';
const packages = ['extension', 'server', 'shared', 'test'];

/** Installs what the lockfile says, unless that is done. */
export async function prepareDependencies() {
  requireNode();
  const inputs = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...packages.map((name) => `${name}/package.json`),
  ];
  const installed = toStamp('node_modules/.keytrail-installed', inputs, `${process.platform} ${process.arch}`);
  const isWhole = packages.every((name) => existsSync(join(repository, name, 'node_modules')));
  if (installed.isCurrent() && isWhole && existsSync(join(repository, 'extension/.wxt/tsconfig.json'))) return;
  await step('Installing dependencies', async () => {
    await runQuietly('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
      // Without a terminal pnpm asks nothing when CI is set.
      env: { CI: 'true' },
      advice: 'The dependencies could not be installed: check that the npm registry can be reached, then try again.',
    });
    installed.write();
  });
}

/** Builds the extension for Chrome, unless the last build was of the same sources. */
export async function prepareExtension() {
  const inputs = [
    'pnpm-lock.yaml',
    'extension/package.json',
    'extension/wxt.config.ts',
    ...listFiles('extension/src'),
    ...listFiles('extension/public'),
    ...listFiles('shared/src'),
  ];
  const built = toStamp('extension/.output/.keytrail-built', inputs);
  if (built.isCurrent() && existsSync(join(extensionFolder, 'manifest.json'))) return;
  await step('Building the extension', async () => {
    await runQuietly('node_modules/.bin/wxt', ['build'], {
      cwd: join(repository, 'extension'),
      advice: 'The extension could not be built; the lines above say why.',
    });
    built.write();
  });
}

/** Builds the server, unless the last build was of the same sources. */
export async function prepareServer() {
  const inputs = [
    'pnpm-lock.yaml',
    'server/package.json',
    'server/bin/build-server.mjs',
    ...listFiles('server/src'),
    ...listFiles('shared/src'),
  ];
  const built = toStamp('server/.output/.keytrail-built', inputs);
  if (built.isCurrent() && existsSync(serverMain) && existsSync(serverCli)) return;
  await step('Building the server', async () => {
    await runQuietly(process.execPath, ['bin/build-server.mjs'], {
      cwd: join(repository, 'server'),
      advice: 'The server could not be built; the lines above say why.',
    });
    built.write();
  });
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  console.error(
    `Keytrail needs Node 20.19 or newer (22.12 or newer of the 22 line); this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/**
 * A file that remembers of which inputs something was made. The digest is taken at once: what changes while the work
 * runs makes the stamp stale.
 *
 * @param {string} stampPath
 * @param {string[]} inputs
 * @param {string} [extra]
 */
function toStamp(stampPath, inputs, extra = '') {
  const path = join(repository, stampPath);
  const hash = createHash('sha256').update(extra);
  for (const input of inputs) hash.update(`\0${input}\0`).update(readFileSync(join(repository, input)));
  const digest = hash.digest('hex');
  return {
    isCurrent: () => existsSync(path) && readFileSync(path, 'utf8') === digest,
    write: () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, digest);
    },
  };
}

/** The files below a folder of the repository, in a stable order; none when there is no such folder. @param {string} folder @returns {string[]} */
function listFiles(folder) {
  if (!existsSync(join(repository, folder))) return [];
  const entries = readdirSync(join(repository, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? listFiles(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .sort();
}
