// Finds or installs a Chromium that loads unpacked extensions. Google's own Chrome has refused that since version 137.
// @ts-check

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installByApt, isRootOnDebian } from './apt.mjs';
import { repository, runQuietly, StepError, step } from './step.mjs';

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  join(homedir(), 'Applications/Chromium.app/Contents/MacOS/Chromium'),
];

/** The path of a Chromium on this machine; undefined when there is none. KEYTRAIL_CHROMIUM names one outright. */
export function findChromium() {
  const named = process.env.KEYTRAIL_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  return [...usualPaths, findPlaywrightPath()].find((path) => path !== '' && existsSync(path) && !isSnap(path));
}

/** The path of a Chromium, installed when there is none: by apt for root on Debian, else Playwright's own. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  return step('Installing Chromium', async () => {
    await (isRootOnDebian() ? installByApt('chromium') : installByPlaywright());
    const installed = findChromium();
    if (installed === undefined) throw new StepError('Install Chromium by hand and set KEYTRAIL_CHROMIUM to it.', '');
    return installed;
  });
}

async function installByPlaywright() {
  const system = process.getuid?.() === 0 ? ['--with-deps'] : [];
  await runQuietly(join(repository, 'test/node_modules/.bin/playwright'), ['install', ...system, 'chromium'], {
    advice: 'Chromium could not be downloaded; install one by hand and set KEYTRAIL_CHROMIUM to its path.',
  });
}

/** Ubuntu's package is a script that starts a snap, confined away from our profile and extension. @param {string} path */
function isSnap(path) {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4096);
    readSync(file, start);
    return start.includes('/snap/');
  } finally {
    closeSync(file);
  }
}

/** Where Playwright keeps its own; empty before the dependencies are there. */
function findPlaywrightPath() {
  try {
    return createRequire(join(repository, 'test/package.json'))('@playwright/test').chromium.executablePath();
  } catch {
    return '';
  }
}
