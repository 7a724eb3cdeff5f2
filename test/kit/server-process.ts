// The server as a process of its own, to be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serverMain as builtMain } from '../../server/bin/bootstrap.mjs';

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly dataDir: string;
  /** From the start of the process to its readiness. */
  readonly startMs: number;
  /** Whether it still takes requests: one that was asked to stop takes none, though it has not ended. */
  readonly isServing: () => Promise<boolean>;
  /** Ends it as given and resolves when it is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Starts the built server as `npm start` does and resolves when it serves. Throws with what it printed if it ends first. */
export function startServerProcess(variables: Record<string, string>): Promise<ServerProcess> {
  return start(variables, serverMain);
}

/** Starts `bare-endpoint.ts`, which answers to the same handling. */
export function startBareEndpoint(variables: Record<string, string>): Promise<ServerProcess> {
  return start(variables, toKitMain('bare-endpoint.ts'));
}

/** Starts `issue-server.ts` or `peer-proxy.ts`, which do, too. */
export function startBenchProcess(
  file: 'issue-server.ts' | 'peer-proxy.ts',
  variables: Record<string, string>,
): Promise<ServerProcess> {
  return start(variables, toKitMain(file));
}

async function start(variables: Record<string, string>, main: Main): Promise<ServerProcess> {
  const startedAt = Date.now();
  const { child, ended, printed } = spawnServer(variables, main);
  const ready = new Promise<{ url: string; dataDir: string }>((resolve) => {
    child.on('message', (message) => resolve(message as { url: string; dataDir: string }));
  });
  const first = await Promise.race([ready, ended]);
  if (typeof first === 'number') throw new Error(`the server ended with ${first}: ${printed()}`);
  return {
    child,
    ...first,
    startMs: Date.now() - startedAt,
    isServing: () =>
      fetch(first.url).then(
        () => true,
        () => false,
      ),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

/** Runs the server until it ends by itself; for starts that must fail. */
export async function runServerToItsEnd(variables: Record<string, string>): Promise<{ code: number; printed: string }> {
  const { ended, printed } = spawnServer(variables, serverMain);
  return { code: await ended, printed: printed() };
}

interface Main {
  readonly folder: string;
  readonly args: readonly string[];
}

const serverMain: Main = {
  folder: fileURLToPath(new URL('../../server', import.meta.url)),
  args: ['--enable-source-maps', builtMain],
};

function toKitMain(file: string): Main {
  return { folder: fileURLToPath(new URL('.', import.meta.url)), args: ['--import', 'tsx', file] };
}

function spawnServer(variables: Record<string, string>, { folder, args }: Main) {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      KEYTRAIL_PORT: '0',
      KEYTRAIL_LOG_LEVEL: 'warn',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? -1));
  });
  return { child, ended, printed: () => text };
}
