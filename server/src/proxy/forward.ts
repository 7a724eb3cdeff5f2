// Sends one call to its upstream and streams the answer back, scrubbed. Whoever leaves first, the other side hears of it at once.

import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '@keytrail/shared/errors';
import { lookEveryMs } from '../auth/session-watch.ts';
import type { Outbound, OutgoingCall } from '../base/outbound.ts';
import type { ProxyResult } from '../vault/proxy-result.ts';
import type { Scrubber } from './scrub.ts';

export type AnswerHeaders = Record<string, string | string[]>;

/** How an answer is written where its head went out before it came. */
export interface Framing {
  readonly before: string;
  readonly toPart: (bytes: Uint8Array) => Uint8Array;
  readonly after: string;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Where the head is out already. */
  readonly framing?: Framing | undefined;
}

/** What the caller is to get of an answer's head. Throws an AppError where the answer is not for them. */
export type ToHead = (status: number, headers: AnswerHeaders) => AnswerHead;

interface Options {
  readonly scrubber: Scrubber;
  readonly toHead: ToHead;
  /** Asked now and then as long as the call is under way: false ends it. */
  readonly mayStayOpen: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

/**
 * Carries the call out. Throws an AppError while nothing has been answered yet; what goes wrong later cuts the caller's
 * connection and is in the result.
 */
export async function forward(
  outbound: Outbound,
  call: OutgoingCall,
  response: ServerResponse,
  options: Options,
): Promise<ProxyResult> {
  const startedAt = performance.now();
  const over = new AbortController();
  const onClose = () => over.abort(new Over('The caller left'));
  response.once('close', onClose);
  // They may have left before there was anybody to hear of it.
  if (response.destroyed) onClose();
  const watch = setInterval(() => void endUnless(options.mayStayOpen, over), lookEveryMs);
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  const toResult = (status: number | null, bytes: number, failure: string | null): ProxyResult => ({
    status,
    ms: performance.now() - startedAt,
    bytes,
    failure,
  });
  try {
    const answer = await outbound.send(call, signal).catch((cause: unknown) => {
      if (response.destroyed) return null;
      throw signal.reason instanceof Over ? toRefused() : cause;
    });
    if (answer === null) return toResult(null, 0, 'The caller left');
    const { status, headers, body } = answer;
    let head: ReturnType<ToHead>;
    let stream: Readable;
    try {
      const known = toKnown(headers);
      head = options.toHead(status, toScrubbed(known, options.scrubber));
      stream = decode(body, [known['content-encoding'] ?? []].flat().join(','), head.headers);
    } catch (error) {
      // Read no further: the connection is not used again.
      body.on('error', () => {}).destroy();
      throw error;
    }
    const counted = { bytes: 0 };
    try {
      await pass(stream, options.scrubber, response, head, counted);
      return toResult(status, counted.bytes, null);
    } catch {
      response.destroy();
      body.on('error', () => {}).destroy();
      return toResult(
        status,
        counted.bytes,
        signal.reason instanceof Over ? signal.reason.message : 'The upstream broke off',
      );
    }
  } finally {
    clearInterval(watch);
    response.off('close', onClose);
  }
}

/** Why a call ends before its answer does, where that is not the upstream's doing. In words, for its result. */
class Over extends Error {}

/** What cannot be looked up now is, the next time. */
async function endUnless(mayStayOpen: Options['mayStayOpen'], over: AbortController): Promise<void> {
  if (!(await mayStayOpen().catch(() => true))) over.abort(new Over('The proxy may not be used any more'));
}

function toRefused(): AppError {
  return new AppError('unauthorized', {
    message: 'ended under way',
    public: 'This proxy may not be used any more: its owner has ended the call.',
  });
}

/** Passes an answer on, as it comes. Throws where the upstream does not bring it to its end, or the caller has left. */
function pass(
  stream: Readable,
  scrubber: Scrubber,
  response: ServerResponse,
  { status, headers, framing }: AnswerHead,
  counted: { bytes: number },
): Promise<void> {
  const scrub = scrubber.start();
  const gather = createGathering(response);
  const write = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    counted.bytes += bytes.length;
    // What fills a packet by itself goes at once.
    if (bytes.length <= gatheredBytesMax) gather();
    // Where the caller reads more slowly than the upstream writes, that one waits.
    if (!response.write(framing === undefined ? bytes : framing.toPart(bytes))) stream.pause();
  };
  gather();
  // Values of headers are bytes, read as Latin-1 and written so: `flushHeaders` would write them as UTF-8.
  if (framing === undefined) response.writeHead(status, headers).write('', 'latin1');
  else response.write(framing.before);
  response.on('drain', () => stream.resume());
  return new Promise((resolve, reject) => {
    // What is thrown while a stream hands something on would end the process.
    const guarded = (work: () => void) => {
      try {
        work();
      } catch (error) {
        reject(error);
      }
    };
    stream.on('data', (chunk: Buffer) => guarded(() => write(scrub.push(chunk))));
    stream.once('end', () =>
      guarded(() => {
        write(scrub.end());
        response.end(framing?.after);
        resolve();
      }),
    );
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('closed before its end')));
  });
}

const gatheredBytesMax = 8 * 1024;

/** What is written in one turn of the event loop leaves together: head, body and end of a short answer are one packet. */
function createGathering(response: ServerResponse): () => void {
  let gathers = false;
  return () => {
    if (gathers) return;
    gathers = true;
    response.cork();
    setImmediate(() => {
      gathers = false;
      response.uncork();
    });
  };
}

function toKnown(headers: Readonly<Record<string, string | string[] | undefined>>): AnswerHeaders {
  const known: AnswerHeaders = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) known[name.toLowerCase()] = value;
  return known;
}

/** Of the upstream's connection, about its own callers, a way to be recognised again, or an order to whatever stands before this server. */
const dropped =
  /^(connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|set-cookie|set-cookie2|www-authenticate|authentication-info|alt-svc|strict-transport-security|public-key-pins|clear-site-data|service-worker-allowed|refresh|x-accel-(?!buffering$).*|x-sendfile|x-lighttpd-send-?file2?|x-reproxy-.*|surrogate-.*|(.+-)?cdn-cache-control)$/;

/** What is answered here is nobody's page, whatever it says it is, and nobody's but the caller's. */
const own = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store, no-transform',
};

function toScrubbed(headers: AnswerHeaders, scrubber: Scrubber): AnswerHeaders {
  const scrubbed: AnswerHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (dropped.test(name) || scrubber.isHeldBy(name)) continue;
    scrubbed[name] = Array.isArray(value) ? value.map(scrubber.scrubText) : scrubber.scrubText(value);
  }
  return { ...scrubbed, ...own };
}

/** An upstream that compresses though it was asked not to is read all the same: what it sends must be searched. */
function decode(body: Readable, encoding: string, headers: AnswerHeaders): Readable {
  if (encoding === '' || encoding === 'identity') return body;
  const decoder = decoders[encoding.toLowerCase()]?.();
  if (decoder === undefined) {
    throw new AppError('upstream_unreachable', {
      message: 'unknown content encoding',
      public: 'The upstream answered in an encoding that cannot be read here, though it was asked for none.',
    });
  }
  delete headers['content-encoding'];
  delete headers['content-length'];
  body.on('error', (error) => decoder.destroy(error));
  return body.pipe(decoder);
}

// An answer without a body may be said to be compressed: nothing at all is decoded as nothing. Where an upstream breaks off,
// its connection says so.
const tolerant = { finishFlush: constants.Z_SYNC_FLUSH };

const decoders: Record<string, () => ReturnType<typeof createGunzip>> = {
  gzip: () => createGunzip(tolerant),
  'x-gzip': () => createGunzip(tolerant),
  deflate: () => createInflate(tolerant),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};
