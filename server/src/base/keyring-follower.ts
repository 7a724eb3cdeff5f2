// Keeps a server's master keys fresh while it serves, and tells the others which it holds: a rotation waits for every server
// that is at work.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './db.ts';
import { Keyring, type KeySources } from './keyring.ts';
import type { Log } from './log.ts';
import { openServerSecret } from './server-secret.ts';

/** By this a rotation says that there is something to look up. */
export const keyChannel = 'keytrail_master_keys';

const lookEveryMs = 5000;

/** Opens the keys and follows them until stopped. Throws a ConfigError where they are not all there. */
export async function followMasterKeys(parts: {
  db: Pick<Database, 'raw'>;
  sources: KeySources;
  log: Pick<Log, 'warn' | 'error'>;
  nowMs: () => number;
}): Promise<{ keyring: Keyring; serverSecret: Buffer; stop: () => Promise<void> }> {
  const { db, log } = parts;
  const id = randomUUID();
  const forget = () => db.raw`select forget_node(${id})`.catch(() => {}); // It is forgotten by itself, later.
  // Said before the keys are looked up: a rotation either waits for this server, or is found by it.
  await note(db, id, null);
  const opened = await openAll(parts).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  const { keyring } = opened;
  const look = async () => {
    await keyring.refresh();
    await note(db, id, keyring);
  };
  await note(db, id, keyring);
  const looks = new Set<Promise<void>>();
  const lookAgain = () => {
    const looked: Promise<void> = look()
      .catch((error: unknown) => log.warn({ error }, 'master keys not looked up'))
      .finally(() => looks.delete(looked));
    looks.add(looked);
  };
  const { unlisten } = await db.raw.listen(keyChannel, lookAgain);
  const timer = setInterval(lookAgain, lookEveryMs);
  return {
    ...opened,
    stop: async () => {
      clearInterval(timer);
      await unlisten().catch(() => {}); // The connection may be gone.
      // A look under way notes this server once more: after it was forgotten, a rotation would wait for it.
      await Promise.all(looks);
      await forget();
      parts.sources.kms?.close();
    },
  };
}

async function openAll(parts: Parameters<typeof followMasterKeys>[0]) {
  const keyring = await Keyring.open({ ...parts, sql: parts.db.raw });
  return { keyring, serverSecret: await openServerSecret(parts.db.raw, keyring) };
}

async function note({ raw }: Pick<Database, 'raw'>, id: string, keyring: Keyring | null): Promise<void> {
  const held = keyring?.listHeld() ?? [];
  const sealing = keyring?.getSealing() ?? null;
  await raw`select note_node(${id}, ${hostname()}, ${process.pid}, ${held}::integer[], ${sealing})`;
}
