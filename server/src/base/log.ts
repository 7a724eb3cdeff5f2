// The one logger: structured lines on standard error, with everything secret-shaped taken out.

import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type Log = Logger;

/** Names whose values never reach a log line, at any of the depths that our log calls use. */
const secretNames = [
  'authorization',
  'cookie',
  'password',
  'token',
  'key',
  'secret',
  'values',
  'set-auth-token',
  'set-cookie',
];
const depths = ['', '*.', '*.*.', '*.*.*.'];

export function createLog(config: Pick<Config, 'logLevel'>, destination?: { write(text: string): void }): Log {
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secretNames.flatMap((name) =>
          depths.map((depth) => (depth === '' ? `["${name}"]` : `${depth}["${name}"]`)),
        ),
        censor: '[redacted]',
      },
      serializers: { error: toLoggableError, err: toLoggableError },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

/**
 * Keeps what explains an error and drops what may carry data: drivers attach query parameters and rows, and
 * Drizzle prints parameters into the message of its own wrapper.
 */
function toLoggableError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) };
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message.split('\nparams:')[0]?.slice(0, 500),
    stack: error.stack
      ?.split('\n')
      .filter((frame) => frame.startsWith('    at '))
      .slice(0, 12)
      .join('\n'),
    ...(error.cause === undefined ? {} : { cause: toLoggableError(error.cause) }),
  };
}
