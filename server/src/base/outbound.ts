// The one way out: every call to another server is made here. Where it goes is checked when the connection is made, so that
// neither a name that changes its address nor another way to write one leads into the server's own network.

import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { AppError } from '@keytrail/shared/errors';
import { Agent, buildConnector, request } from 'undici';
import { isPublicAddress } from './address-guard.ts';

export interface OutgoingCall {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | Readable | null;
}

/** Header names in lower case. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

export interface Outbound {
  /**
   * Makes a call; redirects are answers like others. Throws an AppError where there was no answer, and whatever aborted
   * the signal.
   */
  send(call: OutgoingCall, signal: AbortSignal): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
/** A tool may take its time before it answers. */
const headersTimeoutMs = 600_000;

/** @param allowed hosts, as `name` or `name:port`, that may lie at any address: the operator's own. */
export function createOutbound(allowed: readonly string[]): Outbound {
  const secure = { timeout: connectTimeoutMs, rejectUnauthorized: true };
  const open = buildConnector(secure);
  const guarded = buildConnector({ ...secure, lookup: lookupPublic });
  const agent = new Agent({
    connect: (options, callback) => {
      const host = toHost(options.hostname);
      if (isAllowed(allowed, host, options.port, options.protocol)) return open(options, callback);
      // The system asks nobody about what is an address already.
      if (isIP(host) !== 0 && !isPublicAddress(host)) return callback(toForbidden(host), null);
      guarded(options, callback);
    },
    headersTimeout: headersTimeoutMs,
    // Streams stay open for as long as both sides want them.
    bodyTimeout: 0,
    // An open stream holds one: where their number is limited, calls would wait for streams that never end.
    connections: null,
    pipelining: 1,
  });
  return {
    send: async ({ url, ...call }, signal) => {
      try {
        const { statusCode, headers, body } = await request(url, { ...call, dispatcher: agent, signal });
        return { status: statusCode, headers, body };
      } catch (cause) {
        throw signal.aborted ? cause : toUpstreamError(cause);
      }
    },
    close: () => agent.destroy(),
  };
}

/** What went wrong on the way out, as one of ours. The cause stays behind: it may quote what the upstream sent. */
function toUpstreamError(cause: unknown): AppError {
  for (let current = cause; current instanceof Error; current = current.cause) {
    if (current instanceof AppError) return current;
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const reason = reasons.find(({ pattern }) => pattern.test(code));
  return new AppError('upstream_unreachable', {
    message: `upstream failed: ${code}`,
    ...(reason === undefined ? {} : { public: reason.sentence }),
  });
}

const reasons = [
  { pattern: /^(ENOTFOUND|EAI_AGAIN|ENODATA)$/, sentence: 'The upstream’s name was not found.' },
  { pattern: /^ECONNREFUSED$/, sentence: 'The upstream does not accept connections.' },
  { pattern: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, sentence: 'No connection to the upstream came about in time.' },
  { pattern: /^UND_ERR_HEADERS_TIMEOUT$/, sentence: 'The upstream took too long to answer.' },
  { pattern: /CERT|^UNABLE_TO_|HOSTNAME_MISMATCH/, sentence: 'The upstream’s certificate is not valid.' },
];

/** Refuses a name as soon as one of its addresses is not public: which of them is taken is not ours to say. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(toForbidden(hostname), '', 0);
    }
    if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** Whether the operator named the host of this address. */
export function isAllowedHost(allowed: readonly string[], { hostname, port, protocol }: URL): boolean {
  return isAllowed(allowed, toHost(hostname), port, protocol);
}

/** Without the brackets of an IPv6 address. */
function toHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

function isAllowed(allowed: readonly string[], host: string, port: string, protocol: string): boolean {
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return allowed.includes(host) || allowed.includes(`${host}:${actualPort}`);
}

function toForbidden(host: string): AppError {
  return new AppError('upstream_forbidden', { message: `upstream ${host} is not public` });
}
