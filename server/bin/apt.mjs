// Installs a system package where we may: as root on Debian.
// @ts-check

import { existsSync, readFileSync } from 'node:fs';
import { runQuietly } from './step.mjs';

export function isRootOnDebian() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false;
  return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** @param {string} name */
export async function installByApt(name) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const advice = `The Debian package ${name} could not be installed; install it by hand and try again.`;
  await runQuietly('apt-get', ['update'], { env, advice });
  await runQuietly('apt-get', ['install', '--yes', '--no-install-recommends', name], { env, advice });
}
