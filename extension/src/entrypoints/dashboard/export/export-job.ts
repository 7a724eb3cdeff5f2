// The one export that a page may have under way. It outlives the page's components: who looks at another page meanwhile
// finds it again. It does not outlive the session: no account sees, or gets, another one's export.

import type { EventFilter } from '@keytrail/shared/event';
import { useSyncExternalStore } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { type ExportFile, type ExportFormat, type ExportProgress, fetchExport } from '../../../lib/export-log.ts';
import type { Failure } from '../../../lib/failure.ts';
import { sendMessage } from '../../../lib/messages.ts';
import { getSession, watchSession } from '../../../lib/session.ts';
import { toFileName } from './file-name.ts';

export interface ExportInput {
  readonly filter: EventFilter;
  readonly format: ExportFormat;
}

export type ExportJob =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly progress: ExportProgress | null; readonly cancel: () => void }
  | { readonly state: 'failed'; readonly failure: Failure; readonly input: ExportInput }
  | { readonly state: 'done'; readonly count: number; readonly name: string };

/** The browser copies the file to its downloads without saying when it is through. */
const keptForMs = 5 * 60_000;
/** A million events arrive in thousands of pieces; an eye follows a few a second. */
const showEveryMs = 100;

let job: ExportJob = { state: 'idle' };
/** Whose export it is, also after it failed: trying again takes its filter. */
let ownerId: string | undefined;
const listeners = new Set<() => void>();

function show(next: ExportJob): void {
  job = next;
  for (const listener of listeners) listener();
}

watchSession((session) => {
  if (session?.account.accountId === ownerId) return;
  if (job.state === 'running') job.cancel();
  dismissExport();
});

/** Follows the export. */
export function useExportJob(): ExportJob {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => job,
  );
}

/** Forgets an export that has ended. */
export function dismissExport(): void {
  if (job.state !== 'running') show({ state: 'idle' });
}

/** Runs an export to its end, unless one is under way. Never throws: what went wrong is shown. */
export async function runExport(input: ExportInput): Promise<void> {
  if (job.state === 'running') return;
  const controller = new AbortController();
  // From then on nothing is shown of it: the next one may begin while its file is being removed.
  const cancel = () => {
    controller.abort();
    show({ state: 'idle' });
  };
  show({ state: 'running', progress: null, cancel });
  let shownAtMs = 0;
  const onProgress = (progress: ExportProgress) => {
    if (controller.signal.aborted || performance.now() - shownAtMs < showEveryMs) return;
    shownAtMs = performance.now();
    show({ state: 'running', progress, cancel });
  };
  try {
    ownerId = (await getSession())?.account.accountId;
    const name = toFileName(input.format, new Date());
    const exported = await fetchExport(input, onProgress, controller.signal);
    if (controller.signal.aborted) {
      await exported.remove();
    } else {
      handOver(exported, name);
      show({ state: 'done', count: exported.count, name });
    }
  } catch (error) {
    if (!controller.signal.aborted) show({ state: 'failed', failure: toFailure(error), input });
  }
  // The log has an event more. Nobody listens while the extension is being updated.
  sendMessage('changed', {}).catch(() => undefined);
}

function handOver({ file, remove }: ExportFile, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
    void remove();
  }, keptForMs);
}
