// A database of its own for each test, on the server that the global setup started.

import { inject } from 'vitest';
import { copyDatabase, type TestDatabase } from './database-copy.ts';
import type {} from './global-setup.ts';

/** Makes an empty database under a new name. Roles belong to the whole server and are shared with other tests. */
export function createTestDatabase(): Promise<TestDatabase> {
  return copyDatabase(inject('postgresUrl'), 'template0');
}

/** Makes one with everything that the migrations make, which is copied rather than made anew. */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return copyDatabase(inject('postgresUrl'), inject('migratedDatabase'));
}
