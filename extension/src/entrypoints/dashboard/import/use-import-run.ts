// Carrying out an import: in batches, with a way to stop. What is stored stays stored; the next run goes on from there.

import { useEffect, useRef, useState } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { type Failure, FailureError } from '../../../lib/failure.ts';
import { api } from '../../../lib/query.ts';
import { livesOnWebhook } from '../../../lib/save-credential.ts';
import { strings } from '../strings.ts';
import { useRefresh } from '../use-vault-data.ts';
import type { ImportStep } from './import-summary.ts';
import { toBatches } from './to-batches.ts';
import { toUpdate } from './to-update.ts';

export interface ImportRun {
  readonly state: 'idle' | 'running' | 'stopped' | 'done';
  readonly total: number;
  readonly done: number;
  /** Rows whose label somebody else had taken by then. */
  readonly taken: number;
  readonly failure: Failure | undefined;
}

const idle: ImportRun = { state: 'idle', total: 0, done: 0, taken: 0, failure: undefined };

/** One of these for each file: all of its events get one correlation id. */
export function useImportRun() {
  const [run, setRun] = useState(idle);
  const [stored, setStored] = useState<ReadonlyMap<number, string>>(new Map());
  const [updated, setUpdated] = useState<ReadonlySet<number>>(new Set());
  const [importId] = useState(() => crypto.randomUUID());
  const isCancelled = useRef(false);
  const refresh = useRefresh();
  useUnloadWarning(run.state === 'running');

  const count = (done: number, taken = 0) =>
    setRun((before) => ({ ...before, done: before.done + done, taken: before.taken + taken }));

  async function create(batch: readonly ImportStep[]) {
    const credentials = batch.map(({ planned }) => planned.input);
    const answers = await api.credentials.createMany.mutate({ importId, credentials });
    const created = answers.flatMap((answer, index): [number, string][] => {
      const row = batch[index]?.planned.row;
      return answer.outcome === 'created' && row !== undefined ? [[row, answer.credential.id]] : [];
    });
    setStored((before) => new Map([...before, ...created]));
    count(created.length, batch.length - created.length);
  }

  async function update({ planned }: Extract<ImportStep, { kind: 'update' }>) {
    const { id } = await api.credentials.update.mutate(toUpdate(planned.existing, planned.input));
    setUpdated((before) => new Set([...before, planned.row]));
    setStored((before) => new Map([...before, [planned.row, id]]));
    count(1);
  }

  /** Ends at the first refusal, and between two calls where it was cancelled. */
  async function start(steps: readonly ImportStep[]) {
    isCancelled.current = false;
    setRun({ ...idle, state: 'running', total: steps.length });
    const creations = steps.filter((step) => step.kind === 'create');
    const calls = [
      ...toBatches(creations, ({ planned }) => planned.input).map((batch) => () => create(batch)),
      ...steps.flatMap((step) => (step.kind === 'update' ? [() => update(step)] : [])),
    ];
    const { isFinished, failure } = await carryOut(calls, isCancelled);
    // The plan is made anew from what is stored, also by a call whose answer was lost.
    await refresh.credentials();
    setRun((before) => ({ ...before, state: isFinished ? 'done' : 'stopped', failure }));
  }

  return {
    run,
    stored,
    updated,
    start,
    cancel: () => {
      isCancelled.current = true;
    },
    /** Back to the plan. */
    reset: () => setRun(idle),
  };
}

async function carryOut(
  calls: readonly (() => Promise<void>)[],
  isCancelled: { readonly current: boolean },
): Promise<{ readonly isFinished: boolean; readonly failure: Failure | undefined }> {
  try {
    for (const call of calls) {
      if (isCancelled.current) return { isFinished: false, failure: undefined };
      // Each time: the vault may be moved in the midst of it, from another window.
      await verifyKeptAtKeytrail();
      await call();
    }
    return { isFinished: true, failure: undefined };
  } catch (error) {
    return { isFinished: false, failure: toFailure(error) };
  }
}

/** The server refuses too, but only once the secrets have reached it. */
async function verifyKeptAtKeytrail(): Promise<void> {
  if (!(await livesOnWebhook(api))) return;
  throw new FailureError({ kind: 'invalid', sentence: strings.credentialImport.onWebhook });
}

/** The browser asks before the page is closed in the midst of it. */
function useUnloadWarning(isOn: boolean) {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isOn]);
}
