// A rotation of the master key while servers serve: the new version is given to every server, then seals, then every data key
// is wrapped by it. Cut off at any point, the same command goes on from there.

import { AppError } from '@keytrail/shared/errors';
import { ConfigError } from '../base/config.ts';
import { findSealing } from '../base/master-key-rows.ts';
import { rewrapServerSecret } from '../base/server-secret.ts';
import { countBoxes, nameSecrets } from './boxes.ts';
import { type KeyPlace, prepareVersion, toKeyPlace, toKind } from './new-version.ts';
import { rewrapBoxes } from './rewrap-boxes.ts';
import { type Rotation, withRotationLock } from './rotation.ts';
import { awaitServers, nameServers, type ServerAtWork } from './servers.ts';

export interface RotateOptions {
  /** Where the new version is kept; null: where this installation keeps its keys. */
  readonly to: KeyPlace | null;
  /** Begins another rotation, though the one before has left something over. */
  readonly anew: boolean;
  /** For how long servers are waited for. */
  readonly patienceMs: number;
}

/** Throws a ConfigError that says what to do where it cannot go on; running it again goes on then. */
export function rotateMasterKey(rotation: Rotation, options: RotateOptions): Promise<void> {
  return withRotationLock(rotation, async () => {
    if (!options.anew && (await isUnfinished(rotation, options.to))) {
      rotation.say(`Going on with the rotation to master key version ${rotation.keyring.getSealing()}.`);
    } else {
      await beginToSeal(rotation, options);
    }
    await awaitSealing(rotation, options.patienceMs);
    await rewrapAll(rotation);
  });
}

/** True where something has yet to move to the version that seals, and that is what is asked for. */
async function isUnfinished(rotation: Rotation, to: KeyPlace | null): Promise<boolean> {
  const rows = rotation.keyring.listRows();
  const sealing = findSealing(rows);
  if (to !== null && toKind(to) !== sealing?.kind) return false;
  const old = new Set(rows.filter((row) => row.retiredAt === null && row !== sealing).map(({ version }) => version));
  return (await countBoxes(rotation)).some(({ version }) => old.has(version));
}

async function beginToSeal(rotation: Rotation, { to, patienceMs }: RotateOptions): Promise<void> {
  const version = await prepareVersion(rotation, to ?? toKeyPlace(rotation));
  const late = await awaitServers(rotation, ({ versions }) => versions.includes(version), patienceMs);
  if (late.length > 0) throw toNotGiven(version, late);
  const [lacking, ...others] = await rotation.sql<{ host: string; pid: number }[]>`
    select host, pid from seal_with(${version})`;
  // A server that has begun since: it is told by the next run.
  if (lacking !== undefined) throw toNotGiven(version, [lacking, ...others]);
  await rotation.keyring.refresh();
  rotation.say(`Every server holds version ${version}. It seals from now on.`);
}

function toNotGiven(version: number, servers: readonly Pick<ServerAtWork, 'host' | 'pid'>[]): ConfigError {
  return new ConfigError(
    `Master key version ${version} is not known to ${nameServers(servers)}, so nothing is sealed with it yet. Give it to every server (the same master.key file or KEYTRAIL_MASTER_KEY, or KEYTRAIL_KMS_KEY_ID with the right to use that key), then run this again. The log of such a server says more.`,
  );
}

/** What a server seals with the version before would be left over. */
async function awaitSealing(rotation: Rotation, patienceMs: number): Promise<void> {
  const version = rotation.keyring.getSealing();
  const late = await awaitServers(rotation, ({ sealing }) => sealing === null || sealing === version, patienceMs);
  if (late.length === 0) return;
  throw new ConfigError(
    `${nameServers(late)} did not notice that version ${version} seals. Restart what does not answer, then run this again.`,
  );
}

async function rewrapAll(rotation: Rotation): Promise<void> {
  const { keyring, say } = rotation;
  const version = keyring.getSealing();
  await rewrapServerSecret(rotation.db.raw, keyring);
  const total = (await countBoxes(rotation)).reduce(
    (sum, count) => sum + (count.version === version ? 0 : count.boxes),
    0,
  );
  const progress = createProgress(say, total);
  const { left } = await rewrapBoxes(rotation, progress).catch((error: unknown) => {
    if (error instanceof AppError) throw new ConfigError(`${error.public} Run this again to go on.`, { cause: error });
    throw error;
  });
  if (left > 0) {
    throw new ConfigError(
      `${nameSecrets(left)} could not be re-wrapped: they do not open under the version they name, or were being changed all the while. All others stand under version ${version}. Run this again, or with --new to change the key all the same; keep the old versions until nothing is left.`,
    );
  }
  say(`Done: ${nameSecrets(total)} re-wrapped under version ${version}, and nothing stands under another.`);
  await sayWhatIsOver(rotation, version);
}

async function sayWhatIsOver({ keyring, say }: Rotation, version: number): Promise<void> {
  const over = keyring.listRows().filter((row) => row.retiredAt === null && row.version !== version);
  for (const row of over) {
    say(`Version ${row.version} is needed by nothing now. In two minutes: keytrail retire-master-key ${row.version}`);
  }
}

const sayEveryMs = 5000;

/** Says how far it is now and then, not at every batch. */
function createProgress(say: (line: string) => void, total: number): (boxes: number) => void {
  let done = 0;
  let saidAt = performance.now();
  return (boxes) => {
    done = Math.min(total, done + boxes);
    if (performance.now() - saidAt < sayEveryMs) return;
    saidAt = performance.now();
    say(`${done.toLocaleString('en-GB')} of ${nameSecrets(total)} re-wrapped.`);
  };
}
