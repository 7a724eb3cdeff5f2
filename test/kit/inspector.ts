// The MCP Inspector's command line, the protocol's own tool for looking at a server, as a process of its own.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Era } from './mcp-client.ts';
import { makeTempDir } from './temp-dir.ts';

const program = fileURLToPath(
  new URL('../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url),
);
const eraNames = { '2025-11-25': 'legacy', '2026-07-28': 'modern' } as const;
const printedResult = z.object({ result: z.record(z.string(), z.unknown()) });

export interface InspectorRun {
  readonly exitCode: number | null;
  /** What the method answered; null where there was no result. */
  readonly result: Record<string, unknown> | null;
  readonly errors: string;
}

/** One method of a server, called by the Inspector. @param args further arguments, as on its command line. */
export async function inspect(
  { url, bearer }: { url: string; bearer: string },
  era: Era,
  method: string,
  ...args: string[]
): Promise<InspectorRun> {
  return startInspector({ url, bearer }, era, method, ...args).ended;
}

/** As `inspect`, for who ends it before it is done. */
export function startInspector(
  { url, bearer }: { url: string; bearer: string },
  era: Era,
  method: string,
  ...args: string[]
): { readonly ended: Promise<InspectorRun>; kill(): void } {
  const killed = new AbortController();
  return {
    kill: () => killed.abort(),
    ended: run(
      [
        ...['--cli', url, '--transport', 'http', '--header', `Authorization: Bearer ${bearer}`],
        ...['--protocol-era', eraNames[era], '--format', 'json', '--method', method, ...args],
      ],
      killed.signal,
    ),
  };
}

async function run(args: string[], killed: AbortSignal): Promise<InspectorRun> {
  // It keeps files of its own in the home folder.
  const home = await makeTempDir();
  const env = { PATH: process.env.PATH, HOME: home.path };
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      killed.addEventListener('abort', () => child.kill('SIGKILL'));
      let printed = '';
      let errors = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      child.once('error', reject);
      child.once('close', (exitCode) => {
        const isPrinted = printed.trim() !== '';
        resolve({ exitCode, result: isPrinted ? printedResult.parse(JSON.parse(printed)).result : null, errors });
      });
    });
  } finally {
    await home.remove();
  }
}
