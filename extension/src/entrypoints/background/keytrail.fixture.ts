// A server for the worker's tests: over HTTP, it answers each procedure as the test says.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeEvent } from '../../lib/event.fixture.ts';
import { writeSessionRecord } from '../../lib/session.ts';

/** The first event of a log, young enough to be cached. */
export const event = makeEvent(0, { recordedAt: new Date().toISOString().replace('Z', '000Z') });

export interface Keytrail {
  /** The procedures that were called, in order. */
  readonly called: string[];
  /** What was sent with them, as text. */
  readonly sent: string[];
  readonly close: () => Server;
}

/** Listens on a free port and signs `ada` in there. `answers`: what a procedure gives, by its name. */
export async function serveKeytrail(answers: Readonly<Record<string, unknown>>): Promise<Keytrail> {
  const called: string[] = [];
  const sent: string[] = [];
  const server = createServer(async (request, response) => {
    const name = new URL(request.url ?? '/', 'http://x').pathname.replace('/trpc/', '');
    called.push(name);
    let body = '';
    for await (const chunk of request) body += chunk;
    sent.push(body);
    const status = name in answers ? 200 : 404;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ result: { data: answers[name] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind of address.
  const account = { accountId: 'ada', name: 'Ada', email: 'ada@example.com' };
  await writeSessionRecord({ serverAddress: `http://127.0.0.1:${port}`, token: 'token', account, notice: null });
  return { called, sent, close: () => server.close() };
}
