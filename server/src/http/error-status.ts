// The status of an answer to a request that failed outside of what any call says of itself.

import { errorFaces } from '@keytrail/shared/errors';
import { z } from 'zod';
import { toAppError } from '../trpc/errors.ts';

const unreadable = z.object({ status: z.int().min(400).max(499) });

/** That of a body which Express could not read, else that of our error. */
export function toErrorStatus(error: unknown): number {
  const said = unreadable.safeParse(error);
  return said.success ? said.data.status : errorFaces[toAppError(error).code].status;
}
