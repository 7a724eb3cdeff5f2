// Opens Chromium with the extension loaded, on a profile of its own that keeps the extension's data between starts.
// @ts-check

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { extensionFolder } from './bootstrap.mjs';
import { findChromium } from './chromium.mjs';

/**
 * Answers with the browser's path, or undefined when there is no display or no browser that takes the extension.
 *
 * @param {string} dataDir
 */
export function openBrowser(dataDir) {
  const chromium = findChromium();
  if (chromium === undefined || !hasDisplay()) return undefined;
  const args = [
    `--user-data-dir=${join(dataDir, 'browser')}`,
    `--load-extension=${extensionFolder}`,
    '--no-first-run',
    '--no-default-browser-check',
    // Chromium's sandbox does not start as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  // The welcome page is not named here: Chromium blocks it until the extension is loaded, and once it is, it opens
  // the page itself. The window belongs to the person: it stays open when the server stops.
  const child = spawn(chromium, args, { detached: true, stdio: 'ignore' });
  child.once('error', (error) => console.error(`The browser did not open: ${error.message}`));
  child.unref();
  return chromium;
}

function hasDisplay() {
  if (process.env.CI || process.env.KEYTRAIL_BROWSER === 'off') return false;
  if (process.platform === 'darwin') return process.env.SSH_CONNECTION === undefined;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
