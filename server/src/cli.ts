// The command line: what an operator does to an installation that does not run. `keytrail help` says what there is.
// Arguments are read by Node's own parseArgs: two words and a flag need no library.

import { parseArgs } from 'node:util';
import { ConfigError, readConfig, readWorkerPassword } from './base/config.ts';
import { distributeDatabase } from './base/distribute.ts';
import { migrateDatabase } from './base/migrate.ts';
import { toSentence } from './sentence.ts';

const help = `Usage: keytrail COMMAND

  migrate                Brings the database at DATABASE_URL to this version: roles, tables, functions, and
                         the retention (KEYTRAIL_RETENTION_DAYS). Its user must be able to create roles and
                         tables; a server that is started with KEYTRAIL_MIGRATE=off then needs neither.
  migrate --distribute   The same, and spreads the accounts over the workers of a Citus cluster. DATABASE_URL
                         names a superuser on the coordinator; every server is stopped. Can be run again, and
                         must be after an update that brings new tables. Where the workers ask the coordinator for
                         a password, KEYTRAIL_WORKER_PASSWORD is given to the roles that log in to them.
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
    if (command.name === 'help') say(help);
    else await migrate(command.distribute, say);
    return exitCodes.ok;
  } catch (error) {
    say(toSentence(error));
    return exitCodes.failed;
  }
}

type Command = { name: 'help' } | { name: 'migrate'; distribute: boolean };

/** Null for what is no command. */
function parse(args: string[]): Command | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        distribute: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [name, ...rest] = positionals;
    if (values.help || (name === 'help' && rest.length === 0)) return { name: 'help' };
    if (name !== 'migrate' || rest.length > 0) return null;
    return { name, distribute: values.distribute };
  } catch {
    return null; // An option that there is not.
  }
}

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
