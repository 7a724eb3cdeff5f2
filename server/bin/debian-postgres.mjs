// Finds or installs a system Postgres, 15 for choice (the oldest that Keytrail supports); prints its folder of programs.
// @ts-check

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installByApt, isRootOnDebian } from './apt.mjs';
import { StepError, step } from './step.mjs';

const majors = [15, 16, 17, 18];

/** The folder of initdb, postgres and pgbench; installed where it is missing. */
export async function ensureDebianPostgres() {
  const found = findPostgres();
  if (found !== undefined) return found;
  return step('Installing Postgres 15', async () => {
    const advice = 'Install Postgres 15 or newer by hand and try again.';
    if (!isRootOnDebian()) throw new StepError(advice, 'There is no Postgres below /usr/lib/postgresql.');
    await installByApt('postgresql-15');
    const installed = findPostgres();
    if (installed === undefined) throw new StepError(advice, 'The package holds no programs.');
    return installed;
  });
}

function findPostgres() {
  return majors.map((major) => `/usr/lib/postgresql/${major}/bin`).find((folder) => existsSync(`${folder}/initdb`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await ensureDebianPostgres());
