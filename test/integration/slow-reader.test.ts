// A reader of the live log that stops reading: it costs one page and not a queue, is cut, and resumes where it was.

import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { append } from '@keytrail/server/audit/append';
import { streamsPerAccountMax } from '@keytrail/server/audit/stream';
import type { EventDraft } from '@keytrail/shared/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../kit/client.ts';
import { collectLive, type LiveReader } from '../kit/live.ts';
import { type Owner, startTestServer, type TestServer } from '../kit/server.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';

/** More than the buffers of the kernel hold, which on a loopback connection are several megabytes. */
const events = 24_000;
const draft: EventDraft = {
  type: 'vault_change',
  action: 'update',
  source: 'direct',
  outcome: 'ok',
  title: 'Changed',
  reason: 'x'.repeat(400),
};

let writer: TestServer;
let owner: Owner;
let accountId: string;
let reader: ServerProcess;
beforeAll(async () => {
  writer = await startTestServer();
  owner = await writer.createOwner();
  accountId = (await owner.client.account.me.query()).accountId;
  // A process of its own, so that its memory can be told from ours.
  reader = await startServerProcess(writer.variables);
});
afterAll(async () => {
  await reader.kill('SIGTERM');
  await writer.stop();
});

test('taking nothing it is cut in time, the server’s memory stays as it was, and it resumes without a gap', async () => {
  // First as much to one who reads: how far a server's memory grows by serving alone is not what waits.
  const first = (await owner.client.audit.since.query({ from: 0 })).head;
  const keen = collectLive(createClient(reader.url, owner.session), first - 1);
  await record(events);
  await keen.waitFor(events, 60_000);
  keen.stop();

  const from = first + events;
  const socket = openStream(from - 1);
  await new Promise((resolve) => socket.once('data', resolve));
  const before = await readRssMib();
  socket.pause();
  const stoppedAt = performance.now();
  await record(events);
  const grownMib = (await readRssMib()) - before;
  expect(grownMib, 'MiB grown while 20 MB wait').toBeLessThan(20);
  // A paused socket does not hear that it was closed; the server's own connections tell.
  await expect.poll(countConnections, { timeout: 30_000, interval: 200 }).toBe(0);
  const cutAfterMs = performance.now() - stoppedAt;
  console.info(`server grown by ${grownMib.toFixed(1)} MiB, reader cut after ${Math.round(cutAfterMs)} ms`);

  const taken = toSeqs(await readToEnd(socket));
  expect(taken).toEqual(range(from, from + taken.length));
  expect(taken.length).toBeLessThan(events);
  const rest = collectLive(createClient(reader.url, owner.session), from + taken.length - 1);
  await rest.waitFor(events - taken.length, 60_000);
  rest.stop();
  expect(rest.seqs).toEqual(range(from + taken.length, from + events));
}, 180_000);

test('reading on just before it would be cut, it is told why', async () => {
  const { head } = await owner.client.audit.since.query({ from: 0 });
  let text = '';
  // Its patience begins when the buffers between are full, which on a busy machine is later: then a longer pause hits.
  for (const pauseMs of [12_000, 15_000, 18_000, 12_000]) {
    const socket = openStream(head - events - 1);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    text = await readToEnd(socket);
    if (text.includes('event: serialized-error')) break;
  }
  expect(text).toContain('event: serialized-error');
  expect(text).toContain('"code":"reader_too_slow"');
}, 180_000);

test('an account has a bounded number of streams; one too many is told so, and another account is not concerned', async () => {
  const crowd: LiveReader[] = [];
  for (let index = 0; index < streamsPerAccountMax; index++) crowd.push(collectLive(owner.client, null));
  const listening = () => writer.app.ctx.wakeups.countListeners(accountId, 'events');
  await expect.poll(listening).toBe(streamsPerAccountMax);
  const refused = collectLive(owner.client, null);
  await expect.poll(() => refused.errors).toMatchObject([{ data: { keytrail: { code: 'too_many_streams' } } }]);
  const other = await writer.createOwner();
  const stranger = collectLive(other.client, null);
  const otherId = (await other.client.account.me.query()).accountId;
  await expect.poll(() => writer.app.ctx.wakeups.countListeners(otherId, 'events')).toBe(1);
  expect(stranger.errors).toEqual([]);
  stranger.stop();

  crowd.pop()?.stop();
  await expect.poll(listening).toBe(streamsPerAccountMax - 1);
  const late = collectLive(owner.client, null);
  await expect.poll(listening).toBe(streamsPerAccountMax);
  expect(late.errors).toEqual([]);
  for (const stream of [...crowd, late]) stream.stop();
  await expect.poll(listening).toBe(0);
});

test('so it is with streams of what waits for the owner', async () => {
  const errors: unknown[] = [];
  const open = () =>
    owner.client.inbox.live.subscribe(undefined, {
      onError: (error) => errors.push(error.data?.keytrail.code),
    });
  const crowd = Array.from({ length: streamsPerAccountMax }, open);
  const listening = () => writer.app.ctx.wakeups.countListeners(accountId, 'inbox');
  await expect.poll(listening).toBe(streamsPerAccountMax);
  expect(errors).toEqual([]);
  crowd.push(open());
  await expect.poll(() => errors).toEqual(['too_many_streams']);
  for (const stream of crowd) stream.unsubscribe();
  await expect.poll(listening).toBe(0);
});

async function record(count: number): Promise<void> {
  for (let done = 0; done < count; done += 2_000) {
    await Promise.all(Array.from({ length: 2_000 }, () => append(writer.app.ctx, accountId, draft)));
  }
}

/** The stream as a program reads it that speaks HTTP by hand. */
function openStream(lastSeq: number): Socket {
  const { hostname, port, host } = new URL(reader.url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.write(
    `GET /trpc/audit.live HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${owner.session}\r\nLast-Event-ID: ${lastSeq}\r\n\r\n`,
  );
  return socket;
}

/** What was sent before the end, however the end came, or before it fell silent. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    // A stream that goes on falls silent once it has told all.
    socket.setTimeout(5_000, resolve);
    // An answer that ends in order leaves the connection open.
    socket.on('data', () => text.includes('\r\n0\r\n\r\n') && resolve());
  });
  socket.destroy();
  return text;
}

/** The ids of whole events; the last one may be cut in the middle. */
function toSeqs(text: string): number[] {
  return [...text.matchAll(/(?:^|\n)id: (\d+)\n/g)].map(([, seq]) => Number(seq));
}

async function countConnections(): Promise<number> {
  const port = Number(new URL(reader.url).port).toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'utf8');
  // Column 2 is the local address, column 4 the state: 01 is an established connection.
  return table.split('\n').filter((row) => row.trim().split(/\s+/)[1]?.endsWith(`:${port}`) && / 01 /.test(row)).length;
}

async function readRssMib(): Promise<number> {
  const status = await readFile(`/proc/${reader.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
