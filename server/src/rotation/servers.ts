// The servers at work, as they say themselves, and the wait until all of them are as a rotation needs them.

import { setTimeout as sleep } from 'node:timers/promises';
import { callServers, type Rotation } from './rotation.ts';

export interface ServerAtWork {
  readonly host: string;
  readonly pid: number;
  /** The versions that it holds. */
  readonly versions: number[];
  /** Null before it is ready. */
  readonly sealing: number | null;
}

/** Those that were seen in the last minute and a half; they say so every five seconds. */
export function listServers({ sql }: Pick<Rotation, 'sql'>): Promise<ServerAtWork[]> {
  return sql<ServerAtWork[]>`
    select host, pid, versions, sealing from nodes where seen_at > clock_timestamp() - interval '90 seconds' order by 1, 2`;
}

/** Waits for all of them; answers with those that were not as they should within that time. */
export async function awaitServers(
  rotation: Pick<Rotation, 'sql' | 'say'>,
  isReady: (server: ServerAtWork) => boolean,
  patienceMs: number,
): Promise<ServerAtWork[]> {
  const startedAt = performance.now();
  let said = false;
  await callServers(rotation);
  for (;;) {
    const late = (await listServers(rotation)).filter((server) => !isReady(server));
    const waitedMs = performance.now() - startedAt;
    if (late.length === 0 || waitedMs > patienceMs) return late;
    if (!said && waitedMs > 3000) {
      rotation.say(`Waiting for ${nameServers(late)}.`);
      said = true;
    }
    await sleep(200);
  }
}

/** As a sentence names them: "box-1 (process 12) and box-2 (process 7)". */
export function nameServers(servers: readonly Pick<ServerAtWork, 'host' | 'pid'>[]): string {
  const names = servers.map(({ host, pid }) => `${host} (process ${pid})`);
  return new Intl.ListFormat('en-GB').format(names);
}
