// `keytrail COMMAND` as a person types it, in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Said {
  /** Null where it was killed. */
  readonly code: number | null;
  /** Both streams as one text. */
  readonly said: string;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the command line to its end. */
export function keytrail(args: string[], variables: Record<string, string> = {}): Promise<Said> {
  return startKeytrail(args, variables).ended;
}

/** Starts it; for what is killed in the middle. */
export function startKeytrail(
  args: string[],
  variables: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Said> } {
  const { DATABASE_URL: _url, ...environment } = process.env;
  const child = spawn(process.execPath, ['server/bin/keytrail.mjs', ...args], {
    cwd: repository,
    env: { ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<Said>((resolve) => child.on('close', (code) => resolve({ code, said })));
  return { child, ended };
}
