// A process of its own that starts the embedded Postgres in the folder given, says so, and waits to be killed.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';

const { adopted, connection } = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: () => undefined });
process.send?.({ adopted, connection });
