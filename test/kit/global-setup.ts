// Before the integration tests: one Postgres for all of them, embedded in a temporary folder or at TEST_DATABASE_URL.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { TestProject } from 'vitest/node';
import { findFreePort } from './free-port.ts';
import { makeTempDir } from './temp-dir.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address of the server on which every test makes databases of its own. */
    postgresUrl: string;
    /** True when that server is the embedded one, started here. */
    ownServer: boolean;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    project.provide('ownServer', false);
    return undefined;
  }
  const folder = await makeTempDir();
  const server = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: () => undefined,
    loopbackPort: await findFreePort(),
  });
  project.provide('postgresUrl', server.url);
  project.provide('ownServer', true);
  return async () => {
    await server.stop();
    await folder.remove();
  };
}
