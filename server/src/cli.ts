// The command line: what an operator does to an installation beside its servers. `keytrail help` says what there is.
// Arguments are read by Node's own parseArgs: a few words and flags need no library.

import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigError, readConfig, readWorkerPassword } from './base/config.ts';
import { distributeDatabase } from './base/distribute.ts';
import { migrateDatabase } from './base/migrate.ts';
import { keyPlaces } from './rotation/new-version.ts';
import { retireMasterKey } from './rotation/retire.ts';
import { type RotateOptions, rotateMasterKey } from './rotation/rotate.ts';
import { withRotation } from './rotation/rotation.ts';
import { sayStatus } from './rotation/status.ts';
import { toSentence } from './sentence.ts';

const help = `Usage: keytrail COMMAND

  migrate                Brings the database at DATABASE_URL to this version: roles, tables, functions, and
                         the retention (KEYTRAIL_RETENTION_DAYS). Its user must be able to create roles and
                         tables; a server that is started with KEYTRAIL_MIGRATE=off then needs neither.
  migrate --distribute   The same, and spreads the accounts over the workers of a Citus cluster. DATABASE_URL
                         names a superuser on the coordinator; every server is stopped. Can be run again, and
                         must be after an update that brings new tables. Where the workers ask the coordinator for
                         a password, KEYTRAIL_WORKER_PASSWORD is given to the roles that log in to them.

  rotate-master-key      Makes a new version of the master key, gives it to every server, and wraps the key of every
                         secret by it while the servers go on serving. Can be stopped and run again at any time.
                         It needs what the servers have: KEYTRAIL_DATA_DIR, DATABASE_URL, KEYTRAIL_MASTER_KEY,
                         KEYTRAIL_KMS_KEY_ID.
    --to PLACE           Where the new version is kept: file (master.key), environment (KEYTRAIL_MASTER_KEY, which
                         must hold it already) or kms. Unless given, where the keys are kept now; kms, if
                         KEYTRAIL_KMS_KEY_ID is set.
    --new                Makes another version although an earlier rotation could not move everything.
    --wait SECONDS       For how long servers are waited for that do not have the new version yet; 120 unless given.
    --status             Changes nothing; says which versions there are, what stands under each, and which servers
                         hold them.
  retire-master-key VERSION
                         Ends a version under which nothing stands any more. Where something does, it says what.

  help                   Says this.`;

/** Exit codes: what was typed makes no sense, or it did and could not be done. */
const exitCodes = { ok: 0, failed: 1, usage: 2 };

/** Runs one command; answers with the exit code. `say` is given whole lines. */
export async function runCommand(args: string[], say: (line: string) => void): Promise<number> {
  const command = parse(args);
  if (command === null) {
    say(help);
    return exitCodes.usage;
  }
  try {
    await carryOut(command, say);
    return exitCodes.ok;
  } catch (error) {
    say(toSentence(error));
    return exitCodes.failed;
  }
}

type Command =
  | { name: 'help' }
  | { name: 'migrate'; distribute: boolean }
  | ({ name: 'rotate-master-key'; status: boolean } & RotateOptions)
  | { name: 'retire-master-key'; version: number };

async function carryOut(command: Command, say: (line: string) => void): Promise<void> {
  switch (command.name) {
    case 'help':
      return say(help);
    case 'migrate':
      return migrate(command.distribute, say);
    case 'rotate-master-key':
      return withRotation(readConfig(), say, (rotation) =>
        command.status ? sayStatus(rotation) : rotateMasterKey(rotation, command),
      );
    case 'retire-master-key':
      return withRotation(readConfig(), say, (rotation) => retireMasterKey(rotation, command.version));
  }
}

/** Null for what is no command. */
function parse(args: string[]): Command | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        distribute: { type: 'boolean' },
        status: { type: 'boolean' },
        new: { type: 'boolean' },
        to: { type: 'string' },
        wait: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [name = 'none', ...words] = positionals;
    const { help: wantsHelp, ...flags } = values;
    if (wantsHelp === true) return { name: 'help' };
    const given = commands.safeParse({ name, words, ...flags });
    return given.success ? given.data : null;
  } catch {
    return null; // An option that there is not.
  }
}

const none = z.tuple([]);
const commands = z.union([
  z.strictObject({ name: z.literal('help'), words: none }).transform(({ name }) => ({ name })),
  z
    .strictObject({ name: z.literal('migrate'), words: none, distribute: z.boolean().default(false) })
    .transform(({ name, distribute }) => ({ name, distribute })),
  z
    .strictObject({
      name: z.literal('rotate-master-key'),
      words: none,
      to: z.enum(keyPlaces).nullable().default(null),
      new: z.boolean().default(false),
      wait: z.coerce.number().min(0).max(86_400).default(120),
      status: z.literal(false).default(false),
    })
    .transform(({ name, to, wait, status, new: anew }) => ({ name, status, to, anew, patienceMs: wait * 1000 })),
  z
    .strictObject({ name: z.literal('rotate-master-key'), words: none, status: z.literal(true) })
    .transform(({ name, status }) => ({ name, status, to: null, anew: false, patienceMs: 0 })),
  z
    .strictObject({ name: z.literal('retire-master-key'), words: z.tuple([z.string().regex(/^\d{1,9}$/)]) })
    .transform(({ name, words: [version] }) => ({ name, version: Number(version) })),
]);

async function migrate(distribute: boolean, say: (line: string) => void): Promise<void> {
  const config = readConfig();
  const target = config.databaseUrl;
  if (target === null) {
    throw new ConfigError(
      'DATABASE_URL is not set: it must be the postgres:// address of the database to migrate. The embedded database is migrated whenever the server starts.',
    );
  }
  const { daysBefore } = await migrateDatabase(target, config.retentionDays);
  if (daysBefore !== undefined) {
    say(
      `Events are kept for ${config.retentionDays} days from now on, by KEYTRAIL_RETENTION_DAYS; it was ${daysBefore}.`,
    );
  }
  say('The database is at this version.');
  if (!distribute) return;
  const { tables } = await distributeDatabase(target, { workerPassword: readWorkerPassword(), say });
  say(
    tables.length === 0 ? 'The accounts are distributed already; nothing was done.' : 'The accounts are distributed.',
  );
}
