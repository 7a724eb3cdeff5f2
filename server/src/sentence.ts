// What went wrong with a program of ours, for the person who ran it.

import { ConfigError } from './base/config.ts';
import { isDatabaseAway } from './base/db.ts';

/** One sentence for a person; the structure of the error is of no use to them here. */
export function toSentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? ` ${error.port}` : '';
    return `The port${port} is in use by another program; set KEYTRAIL_PORT to a free one.`;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL') {
    return 'KEYTRAIL_HOST must be an address of this machine, such as 127.0.0.1.';
  }
  if (isDatabaseAway(error)) {
    return 'The database does not answer; check that it runs and that DATABASE_URL names it rightly.';
  }
  return `Keytrail could not go on: ${error instanceof Error ? error.message : String(error)}`;
}
