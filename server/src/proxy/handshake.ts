// Whether an MCP server answers at an address: the official client begins a session there, in whichever era the server speaks,
// asks what tools there are, and ends it. How its requests get there is the caller's.

import { Readable } from 'node:stream';
import { AppError } from '@keytrail/shared/errors';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { UpstreamAnswer } from '../base/outbound.ts';
import { serverVersion } from '../base/server-version.ts';

const clientInfo = { name: 'keytrail', version: serverVersion };
/** More than any list of tools; an answer without end is not read to it. */
const bytesMax = 4 * 1024 * 1024;
/** For each of its requests. */
const patienceMs = 8_000;
const partingMs = 2_000;

export interface HandshakeRequest {
  readonly method: string;
  /** Headers by name in lower case. */
  readonly given: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

interface Answered {
  readonly status: number;
  readonly contentType: string | null;
}

export type Handshake =
  /** `tools` counts those that it lists at first; null where it lists none to this caller. */
  | ({ readonly outcome: 'welcome'; readonly tools: number | null } & Answered)
  /** What answered last is no MCP server, or one that does not take part. */
  | ({ readonly outcome: 'unlike' } & Answered);

/** Throws what `send` throws, whatever aborted the signal, and an AppError for an answer without end. */
export async function shakeHands(
  url: URL,
  send: (request: HandshakeRequest, signal: AbortSignal) => Promise<UpstreamAnswer>,
  signal: AbortSignal,
): Promise<Handshake> {
  const seen: { answered?: Answered; failure?: unknown } = {};
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: async (_url, init = {}) => {
      const request = toRequest(init);
      // The stream on which a server speaks unasked need not exist, and a session need not end well.
      const counts = request.method === 'POST';
      try {
        const answer = await send(request, init.signal == null ? signal : AbortSignal.any([signal, init.signal]));
        if (counts) seen.answered = toAnswered(answer);
        return toResponse(answer);
      } catch (failure) {
        if (counts) seen.failure = failure;
        throw failure;
      }
    },
  });
  const client = new Client(clientInfo, { versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(transport, { signal, timeout: patienceMs });
    const tools = await countTools(client, signal);
    const answered = seen.answered ?? { status: 200, contentType: null };
    return answered.status < 400 ? { outcome: 'welcome', tools, ...answered } : { outcome: 'unlike', ...answered };
  } catch (error) {
    signal.throwIfAborted();
    if (seen.failure !== undefined) throw seen.failure;
    if (seen.answered === undefined) throw error;
    return { outcome: 'unlike', ...seen.answered };
  } finally {
    await part(client, transport);
  }
}

/** As a plain request: the client's own way reads the schemas that the server states, which are a stranger's. */
async function countTools(client: Client, signal: AbortSignal): Promise<number | null> {
  if (client.getServerCapabilities()?.tools === undefined) return null;
  const listed = await client.request({ method: 'tools/list' }, { signal, timeout: patienceMs }).catch(() => null);
  return listed?.tools.length ?? null;
}

/** Servers that keep sessions should not keep this one. Nobody waits long for a server that does not answer. */
async function part(client: Client, transport: StreamableHTTPClientTransport): Promise<void> {
  const patience = new Promise((resolve) => setTimeout(resolve, partingMs).unref());
  await Promise.race([transport.terminateSession().catch(() => {}), patience]);
  await client.close().catch(() => {});
}

function toRequest({ method = 'GET', headers, body }: RequestInit): HandshakeRequest {
  return {
    method,
    given: { ...Object.fromEntries(new Headers(headers)), 'accept-encoding': 'identity' },
    body: typeof body === 'string' ? Buffer.from(body) : null,
  };
}

function toAnswered({ status, headers }: UpstreamAnswer): Answered {
  const { 'content-type': type } = headers;
  return { status, contentType: typeof type === 'string' ? type : null };
}

function toResponse({ status, headers, body }: UpstreamAnswer): Response {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  );
  // It may fail when nobody reads it any more.
  body.on('error', () => {});
  if (status === 204 || status === 205 || status === 304) {
    body.destroy();
    return new Response(null, { status, headers: given });
  }
  const read = Readable.from(limited(body));
  // Given up before the first of it was read, its source would stay open.
  read.once('close', () => body.destroy());
  return new Response(Readable.toWeb(read) as ReadableStream<Uint8Array>, { status, headers: given });
}

async function* limited(body: Readable): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new AppError('upstream_failed', { message: `a handshake of more than ${bytesMax} bytes` });
    yield chunk;
  }
}
