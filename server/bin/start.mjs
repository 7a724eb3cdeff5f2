// `npm start`: makes the checkout ready, runs the server in the foreground, and opens the browser where there is one.
// @ts-check

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepareDependencies, prepareExtension, prepareServer, serverMain } from './bootstrap.mjs';
import { openBrowser } from './browser.mjs';
import { toScreen } from './screen.mjs';
import { passSignals, repository, waitForExit } from './step.mjs';

await prepareDependencies();
await prepareServer();
await prepareExtension();

const server = spawn(process.execPath, ['--enable-source-maps', serverMain], {
  cwd: join(repository, 'server'),
  // What goes well is on the screen; a person who runs a server for others asks for more.
  env: { NODE_ENV: 'production', KEYTRAIL_LOG_LEVEL: 'warn', ...process.env },
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

// The server says { ready, url, dataDir } once it serves.
server.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('url' in message && 'dataDir' in message)) return;
  const facts = { url: String(message.url), dataDir: String(message.dataDir) };
  console.log(toScreen({ ...facts, browser: openBrowser(facts.dataDir) }));
});

passSignals(server);

// A SIGTERM to npm ends npm and the shell below it, and neither passes it on: their going is the signal.
const npm = process.env.npm_lifecycle_event === 'start' ? process.ppid : undefined;
setInterval(() => {
  if (npm !== undefined && process.ppid !== npm) server.kill('SIGTERM');
}, 500).unref();

process.exit(await waitForExit(server));
