// Exports of the log: streamed from the server into a file that the browser keeps on disk, so that a million events do
// not pass through the page's memory, and handed over only when it is whole.

import type { EventFilter } from '@keytrail/shared/event';
import { z } from 'zod';
import { FailureError } from './failure.ts';
import { fetchFromServer } from './outbound.ts';
import { expireSession, getSession } from './session.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportProgress {
  readonly done: number;
  readonly total: number;
}

/** A whole export on disk. `remove` once the browser has taken it. */
export interface ExportFile {
  readonly file: File;
  readonly count: number;
  remove(): Promise<void>;
}

const countHeader = 'x-keytrail-event-count';
const folderName = 'exports';
/** What is left of exports whose page was closed; younger ones may still be on their way to the downloads. */
const leftoverAgeMs = 10 * 60_000;
const newline = 10;

/**
 * Fetches all events that pass the filter. Throws a FailureError where the server refuses, goes away or ends early, or
 * where the disk has no room; the signal's reason where it aborts. Nothing is left on disk then.
 */
export async function fetchExport(
  input: { filter: EventFilter; format: ExportFormat },
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<ExportFile> {
  const response = await ask(input, signal);
  const total = Number(response.headers.get(countHeader));
  onProgress({ done: 0, total });
  const folder = await openFolder();
  const name = `${crypto.randomUUID()}.${input.format}`;
  const remove = () => folder.removeEntry(name).catch(() => undefined);
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const lines = await store(response, handle, signal, (seen) => onProgress({ done: toEvents(seen, input), total }));
    if (toEvents(lines, input) !== total) throw new FailureError(brokenOff);
    return { file: await handle.getFile(), count: total, remove };
  } catch (error) {
    await remove();
    throw signal.aborted ? signal.reason : toFailureError(error);
  }
}

/** Removes what exports of closed pages have left. */
export async function removeLeftovers(nowMs: number): Promise<void> {
  const folder = await openFolder();
  for await (const [name, handle] of folder.entries()) {
    if (handle instanceof FileSystemFileHandle && (await handle.getFile()).lastModified > nowMs - leftoverAgeMs)
      continue;
    // One that is being written, in another tab, refuses to go.
    await folder.removeEntry(name).catch(() => undefined);
  }
}

/** Removes every file, also one that a page still keeps for the browser. One being written goes with its page's export. */
export async function removeExports(): Promise<void> {
  await removeLeftovers(Number.POSITIVE_INFINITY);
}

async function ask(body: { filter: EventFilter; format: ExportFormat }, signal: AbortSignal): Promise<Response> {
  const session = await getSession();
  if (session === null) throw new FailureError(signedOut);
  const init: RequestInit = {
    method: 'POST',
    headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  };
  const response = await fetchFromServer(`${session.serverAddress}/export`, init, null);
  if (response.ok && response.headers.has(countHeader)) return response;
  if (response.status === 401) await expireSession(session.token);
  const refusal = refusalSchema.safeParse(await response.json().catch(() => undefined));
  throw new FailureError({
    kind: response.status === 401 ? 'signed_out' : 'server',
    sentence: refusal.success
      ? refusal.data.sentence
      : 'The server does not know how to export. Is it of this version?',
  });
}

const refusalSchema = z.object({ sentence: z.string() });

/** Waits for the disk, and through it for the server. Resolves with the number of lines. */
async function store(
  response: Response,
  handle: FileSystemFileHandle,
  signal: AbortSignal,
  onLines: (lines: number) => void,
): Promise<number> {
  let lines = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++;
      onLines(lines);
      controller.enqueue(new Uint8Array(chunk));
    },
  });
  const body = response.body ?? new Response('').body;
  await body?.pipeThrough(counting).pipeTo(await handle.createWritable(), { signal });
  return lines;
}

/** No value of an event holds a line break, and CSV begins with its head. */
function toEvents(lines: number, { format }: { format: ExportFormat }): number {
  return format === 'csv' ? Math.max(0, lines - 1) : lines;
}

async function openFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return await root.getDirectoryHandle(folderName, { create: true });
}

function toFailureError(error: unknown): FailureError {
  if (error instanceof FailureError) return error;
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  return new FailureError(full ? diskFull : brokenOff, error);
}

const signedOut = { kind: 'signed_out', sentence: 'You are signed out. Sign in to go on.' } as const;
const brokenOff = {
  kind: 'offline',
  sentence: 'The export broke off before it was whole, so no file was kept. Try again.',
} as const;
const diskFull = {
  kind: 'invalid',
  sentence:
    'There is not enough room on this disk for the export, so no file was kept. Make room, or narrow the filter.',
} as const;
