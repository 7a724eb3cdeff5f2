// A body that came along with its request's headers, as nearly every small one does: all there within the turn, it is taken
// without the streams and listeners that cost more than a small call itself.

import type { Request } from 'express';

/** As web requests are read: without the mark that some put before UTF-8. */
const decoder = new TextDecoder();

const nextTurn = () => new Promise<void>(process.nextTick);

/** Of a request whose body is said to be JSON of 1 to `bytesMax` bytes, as it is. */
export function hasPlainJson({ headers }: Pick<Request, 'headers'>, bytesMax: number): boolean {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return (
    length > 0 &&
    length <= bytesMax &&
    headers['content-type'] === 'application/json' &&
    headers['content-encoding'] === undefined
  );
}

/** The whole body as text, taken out of its request; null where some of it is still to come, and nothing was taken. */
export async function takeArrived(request: Request): Promise<string | null> {
  await nextTurn();
  return request.complete ? decoder.decode(request.read() ?? undefined) : null;
}
