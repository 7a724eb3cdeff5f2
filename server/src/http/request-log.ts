// One line of the log for a request: what was asked and how it went, nothing of what it carried.

import { holdsKey } from '@keytrail/shared/ids';
import type { RequestHandler } from 'express';
import type { Log } from '../base/log.ts';

/** Failures of ours are errors; the rest is written where somebody looks into things, and costs nothing elsewhere. */
export function createRequestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const { method, url } = request;
    response.once('close', () => {
      const status = response.statusCode;
      const level = status >= 500 ? 'error' : 'debug';
      if (!log.isLevelEnabled(level)) return;
      // Queries may carry names and keys.
      const facts = { req: { method, path: toLogged(url.split('?')[0] ?? '') }, res: { status } };
      const responseTime = Math.round(performance.now() - startedAt);
      log[level]({ ...facts, responseTime }, response.writableFinished ? 'request completed' : 'request aborted');
    });
    next();
  };
}

/** A key may get into a path by mistake. */
function toLogged(path: string): string {
  return [path, decode(path)].some(holdsKey) ? '(a path that holds a key)' : path;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Looked at as it is.
  }
}
