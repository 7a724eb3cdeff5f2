// The reference webhook as a process of its own, and what an owner does with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { OAuthProvider } from './oauth-provider.ts';
import { password } from './people.ts';
import type { Owner, TestServer } from './server.ts';
import { makeTempDir, type TempDir } from './temp-dir.ts';
import type { WebhookRelay } from './webhook-relay.ts';

export interface WebhookProcess {
  readonly url: string;
  /** What it printed so far. */
  readonly printed: () => string;
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Test servers are to allow it by name: it lies on this machine. */
export const webhookVariables = { KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' };

const folder = fileURLToPath(new URL('../../server/examples/webhook', import.meta.url));

/** Starts it on a data folder of its owner's and resolves when it listens. */
export async function startWebhook(variables: Record<string, string>): Promise<WebhookProcess> {
  const child = spawn(process.execPath, ['webhook.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH, WEBHOOK_PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? -1));
  });
  const first = await Promise.race([findUrl(child), ended]);
  if (typeof first === 'number') throw new Error(`the webhook ended with ${first}: ${text}`);
  return {
    url: first,
    printed: () => text,
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
  };
}

function findUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('message', (message) => resolve((message as { url: string }).url));
  });
}

export interface BoundWebhook extends WebhookProcess {
  readonly dir: TempDir;
  /** Starts it again where it was, with other settings. */
  restart(variables?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * An owner's webhook, bound as they would: a free port is taken first, the code made for its address, the webhook started with it.
 * @param relay what Keytrail is to call in its place.
 */
export async function bindWebhook(
  server: Pick<TestServer, 'url'>,
  owner: Pick<Owner, 'client'>,
  variables: Record<string, string> = {},
  relay: Pick<WebhookRelay, 'leadTo'> | null = null,
): Promise<BoundWebhook> {
  const dir = await makeTempDir();
  let running = await startWebhook({ WEBHOOK_DIR: dir.path });
  const { url } = running;
  const address = relay === null ? url : relay.leadTo(url);
  const { code } = await owner.client.webhook.offer.mutate({ url: address, keytrailUrl: server.url, password });
  const port = new URL(url).port;
  const start = (more: Record<string, string>) =>
    startWebhook({ WEBHOOK_DIR: dir.path, WEBHOOK_PORT: port, ...variables, ...more });
  await running.kill();
  running = await start({ WEBHOOK_CODE: code });
  await owner.client.webhook.bind.mutate();
  return {
    url,
    dir,
    printed: () => running.printed(),
    kill: (signal) => running.kill(signal),
    restart: async (more = {}) => {
      await running.kill();
      running = await start(more);
    },
    stop: async () => {
      await running.kill();
      await dir.remove();
    },
  };
}

/** Switches where the vault lives, and resolves when every credential is there. */
export async function switchVault(owner: Pick<Owner, 'client'>, mode: 'platform' | 'webhook'): Promise<void> {
  await owner.client.webhook.switchMode.mutate({ mode });
  for (;;) {
    const { move } = await owner.client.webhook.state.query();
    if (move === null) return;
    if (move.error !== null) throw new Error(`the move stopped: ${move.error}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Presents a ticket as it stands in an answer of Keytrail. */
export function redeem(
  { url, ticket }: { url: string; ticket: string },
  headers: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'x-keytrail-ticket': ticket, ...headers }, body: body ?? null });
}

const keptVault = z.object({
  credentials: z.record(z.string(), z.object({ fields: z.record(z.string(), z.string()) })),
});

/** The secret fields that a webhook keeps, by credential, as they lie on its disk. */
export async function readKept({ dir }: Pick<BoundWebhook, 'dir'>): Promise<Map<string, Record<string, string>>> {
  const key = Buffer.from(await readFile(join(dir.path, 'webhook.key'), 'utf8'), 'base64');
  const sealed = Buffer.from(await readFile(join(dir.path, 'vault.sealed'), 'utf8'), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from('vault'));
  decipher.setAuthTag(sealed.subarray(-16));
  const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
  const { credentials } = keptVault.parse(JSON.parse(text));
  return new Map(Object.entries(credentials).map(([id, { fields }]) => [id, fields]));
}

/** The file that names a provider to a webhook: where refresh tokens may go, and with which client secret. */
export async function writeProviders(
  dir: Pick<TempDir, 'path'>,
  { tokenUrl, client }: Pick<OAuthProvider, 'tokenUrl' | 'client'>,
): Promise<string> {
  const file = join(dir.path, 'providers.json');
  await writeFile(file, JSON.stringify([{ tokenUrl, clientId: client.id, clientSecret: client.secret }]));
  return file;
}
