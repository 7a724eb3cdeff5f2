// `npm start`: makes the checkout ready, runs the server in the foreground, and opens the browser where there is one.
// @ts-check

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepareDependencies, prepareExtension } from './bootstrap.mjs';
import { openBrowser } from './browser.mjs';
import { passSignals, repository, waitForExit } from './step.mjs';

await prepareDependencies();
await prepareExtension();

const server = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
  cwd: join(repository, 'server'),
  env: { NODE_ENV: 'production', ...process.env },
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

// The server says { ready, url, dataDir } once it serves.
server.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('dataDir' in message)) return;
  const browser = openBrowser(String(message.dataDir));
  if (browser !== undefined) console.log(`Opened ${browser} with the extension loaded.`);
});

passSignals(server);
process.exit(await waitForExit(server));
