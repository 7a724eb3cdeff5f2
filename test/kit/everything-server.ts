// The protocol's own reference server, as a process of its own.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findFreePort } from './free-port.ts';

const program = fileURLToPath(
  new URL('../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);

export interface EverythingServer {
  readonly url: string;
  /** Kills it, without a word to whoever it is speaking to. */
  stop(): Promise<void>;
}

/** Starts it on a free port. Throws with what it printed where it ends first. */
export async function startEverythingServer(): Promise<EverythingServer> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [program, 'streamableHttp'], {
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes(`listening on port ${port}`)) resolve();
    });
    void ended.then(() => reject(new Error(`the reference server ended: ${printed}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
