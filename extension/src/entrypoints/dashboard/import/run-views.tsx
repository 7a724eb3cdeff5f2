// An import under way, and what came of it.

import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import type { ImportSource } from './import-source.ts';
import type { PlannedRow } from './plan-import.ts';
import type { ImportRun } from './use-import-run.ts';

const text = strings.credentialImport;

/** What was begun ends first: a batch is stored whole or not at all. */
export function ImportProgress({ run, onCancel }: { readonly run: ImportRun; readonly onCancel: () => void }) {
  const [isStopping, setStopping] = useState(false);
  const button = useFocusOnMount();
  return (
    <>
      <DialogBody>
        <div
          role="progressbar"
          aria-label={text.stages.running}
          aria-valuemin={0}
          aria-valuemax={run.total}
          aria-valuenow={run.done}
          aria-valuetext={text.progress(run.done, run.total)}
          className="h-2 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className="h-full bg-accent transition-[width]"
            style={{ width: `${(100 * run.done) / Math.max(1, run.total)}%` }}
          />
        </div>
        <p className="text-mute">{isStopping ? text.stopping : text.progress(run.done, run.total)}</p>
      </DialogBody>
      <DialogFoot>
        <Button
          ref={button}
          pending={isStopping}
          onClick={() => {
            setStopping(true);
            onCancel();
          }}
        >
          {text.cancel}
        </Button>
      </DialogFoot>
    </>
  );
}

interface ImportDoneProps {
  readonly run: ImportRun;
  readonly created: number;
  readonly updated: number;
  /** What is left of the plan. */
  readonly plan: readonly PlannedRow[];
  readonly source: ImportSource;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

export function ImportDone({ run, created, updated, plan, source, onAgain, onClose }: ImportDoneProps) {
  const button = useFocusOnMount();
  const known = plan.filter(({ kind }) => kind === 'known').length;
  const left = plan.filter(({ kind }) => kind === 'refused' || kind === 'same').length;
  return (
    <>
      <DialogBody>
        <Notice tone="good">{text.done(created, updated)}</Notice>
        {run.taken > 0 && <Notice tone="warn">{text.taken(run.taken)}</Notice>}
        {known > 0 && run.taken === 0 && <p>{text.skipped(known)}</p>}
        {left > 0 && <p>{text.left(left)}</p>}
        <Notice tone="warn">
          {source.kind === 'env' ? text.keptFile(source.fileName) : text.deleteFile(source.fileName)}
        </Notice>
      </DialogBody>
      <DialogFoot>
        {plan.length > 0 && <Button onClick={onAgain}>{text.lookAgain}</Button>}
        <Button ref={button} variant="primary" onClick={onClose}>
          {text.close}
        </Button>
      </DialogFoot>
    </>
  );
}

/** What was pressed is gone with the step before; the keyboard goes on here. */
function useFocusOnMount() {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return button;
}
