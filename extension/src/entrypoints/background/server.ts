// The worker's way to the server: the current session's API, and what its failures mean for the cache's state.

import { createApi, toFailure } from '../../lib/api.ts';
import { noteLastError } from '../../lib/cache.ts';
import type { Failure } from '../../lib/failure.ts';
import { getSession } from '../../lib/session.ts';

/** The API as whoever is signed in. Changes made by the worker itself are followed up where they are made. */
export const api = createApi(getSession, () => undefined);

/** Reads an error and remembers it where it concerns the connection, so that the pages can say so. Never throws. */
export async function noteFailure(error: unknown): Promise<Failure> {
  const failure = toFailure(error);
  if (failure.kind === 'offline' || failure.kind === 'signed_out') await noteLastError(failure);
  return failure;
}
