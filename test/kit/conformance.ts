// Runs the official conformance suite against an MCP server, as whoever writes a client or a server would.

import { type StdioOptions, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Era } from './mcp-client.ts';
import { makeTempDir } from './temp-dir.ts';

const program = fileURLToPath(
  new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const globSync = new URL('glob-sync.mjs', import.meta.url).href;
const checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }));

/**
 * What became of every check of what a revision of the protocol asks for, as `status: scenario / check`, in the order of
 * the names.
 */
export async function runConformance(url: string, era: Era): Promise<string[]> {
  const folder = await makeTempDir();
  try {
    await run(['server', '--url', url, '--requirements', era, '--output-dir', folder.path]);
    return await readChecks(folder.path);
  } finally {
    await folder.remove();
  }
}

/**
 * The same for an authorization server and one of its public clients, which returns to `/callback` on that port of the
 * loopback. `letIn` is what a person does with the address that the suite tells them to open.
 */
export async function runAuthorizationConformance(
  { url, clientId, port }: { url: string; clientId: string; port: number },
  letIn: (address: string) => Promise<void>,
): Promise<string[]> {
  const folder = await makeTempDir();
  const args = ['authorization', '--url', url, '--client-id', clientId, '--port', String(port)];
  try {
    await run([...args, '--output-dir', folder.path], async (printed) => {
      const address = /^http\S+\/authorize\?\S+$/m.exec(printed)?.[0];
      if (address !== undefined) await letIn(address);
    });
    return await readChecks(folder.path);
  } finally {
    await folder.remove();
  }
}

/** Its exit code says whether every check passed, which is not the question here. */
function run(args: string[], read: (printed: string) => Promise<void> = async () => {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
    const child = spawn(process.execPath, ['--import', globSync, program, ...args], { stdio });
    child.stdout?.on('data', (chunk) => {
      read(String(chunk)).catch((error: unknown) => {
        child.kill();
        reject(error);
      });
    });
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

/** One folder a scenario, by its name and the time. */
async function readChecks(path: string): Promise<string[]> {
  const lines: string[] = [];
  for (const folder of await readdir(path)) {
    const scenario = folder.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, '');
    const found = checks.parse(JSON.parse(await readFile(join(path, folder, 'checks.json'), 'utf8')));
    lines.push(...found.map(({ status, id }) => `${status}: ${scenario} / ${id}`));
  }
  return lines.sort();
}
