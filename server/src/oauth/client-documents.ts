// Fetches what clients say of themselves at their own addresses, and keeps it for a while. Strangers choose the address, so it is
// fetched as from any stranger: from public hosts only, over TLS, without a redirect, little of it, and not many at a time.

import { AppError } from '@keytrail/shared/errors';
import type { Context } from '../base/context.ts';
import type { UpstreamAnswer } from '../base/outbound.ts';
import { readClientDocument, toFreshMs } from './client-document.ts';
import type { OauthClient } from './client-metadata.ts';

const bytesMax = 16 * 1024;
const timeoutMs = 5_000;
const underWayMax = 32;
const keptMax = 500;

interface Kept {
  readonly client: OauthClient;
  readonly untilMs: number;
}

/** The described clients that this node knows. What could not be read is not kept (§4.3): it is fetched anew. */
export function createClientDocuments(ctx: Pick<Context, 'outbound' | 'flights' | 'log' | 'stopping' | 'nowMs'>) {
  const kept = new Map<string, Kept>();
  let underWay = 0;

  async function load(address: URL): Promise<OauthClient | null> {
    underWay += 1;
    try {
      if (underWay > underWayMax) throw new AppError('too_many_tries', { message: 'too many documents at a time' });
      const { client, freshMs } = await fetchDocument(ctx, address);
      if (kept.size >= keptMax) kept.delete(kept.keys().next().value ?? '');
      kept.set(address.href, { client, untilMs: ctx.nowMs() + freshMs });
      return client;
    } catch (error) {
      ctx.log.info({ error, host: address.host }, 'a client’s document could not be read');
      return null;
    } finally {
      underWay -= 1;
    }
  }

  return {
    /** The client of an address; null where none describes itself there. */
    async find(address: URL): Promise<OauthClient | null> {
      const known = kept.get(address.href);
      if (known !== undefined && known.untilMs > ctx.nowMs()) return known.client;
      kept.delete(address.href);
      return ctx.flights.join(`client document ${address.href}`, () => load(address));
    },
  };
}

async function fetchDocument(
  ctx: Pick<Context, 'outbound' | 'stopping'>,
  address: URL,
): Promise<{ client: OauthClient; freshMs: number }> {
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ctx.stopping]);
  const call = { url: address, method: 'GET', headers: { accept: 'application/json' }, body: null };
  const answer = await ctx.outbound.send(call, signal);
  const client = isJson(answer) ? readClientDocument(address, await readBounded(answer)) : null;
  if (client === null) {
    // What is left of it is not read; the library tells of that by an error.
    answer.body.once('error', () => {}).destroy();
    throw new AppError('invalid_input', { message: `no client is described (HTTP ${answer.status})` });
  }
  return { client, freshMs: toFreshMs(address, answer.headers) };
}

/** A redirect is an answer like others here, and no document (§4.3). */
function isJson({ status, headers }: UpstreamAnswer): boolean {
  return status === 200 && /^application\/([\w.-]+\+)?json\b/i.test(String(headers['content-type'] ?? ''));
}

async function readBounded({ body }: UpstreamAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new AppError('invalid_input', { message: 'the document is too long' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
