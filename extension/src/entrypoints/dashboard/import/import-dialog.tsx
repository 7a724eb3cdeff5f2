// Brings in what another program exported: a file, what it holds, and what is to become of it, seen before anything is stored.

import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../../../ui/dialog.tsx';
import { strings } from '../strings.ts';
import { ColumnsStep } from './columns-step.tsx';
import { FileStep } from './file-step.tsx';
import type { ImportSource } from './import-source.ts';
import { PlanStep, type Stage } from './plan-step.tsx';

const text = strings.credentialImport;

/** What was read, and the secrets in it, are gone with the dialog. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const [source, setSource] = useState<ImportSource>();
  const [isMapping, setMapping] = useState(false);
  const [stage, setStage] = useState<Stage>('plan');
  const step = source === undefined ? 'file' : isMapping ? 'columns' : 'plan';
  const place = useStepFocus(step);
  const titles = { file: text.title, columns: text.columnsTitle, plan: text.stages[stage] };

  function take(next: ImportSource) {
    setSource(next);
    setMapping(next.kind === 'table' && next.program === undefined);
  }

  return (
    <Dialog
      open
      wide
      sticky={stage === 'running' ? 'always' : true}
      onClose={onClose}
      title={titles[step]}
      description={step === 'file' ? text.lead : undefined}
    >
      <div ref={place} tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        {source === undefined ? (
          <FileStep onSource={take} onClose={onClose} />
        ) : source.kind === 'table' && isMapping ? (
          <ColumnsStep
            source={source}
            onChange={setSource}
            onBack={() => setSource(undefined)}
            onNext={() => setMapping(false)}
          />
        ) : (
          <PlanStep
            source={source}
            onChange={setSource}
            onBack={() => setSource(undefined)}
            onColumns={() => setMapping(true)}
            onStage={setStage}
            onClose={onClose}
          />
        )}
      </div>
    </Dialog>
  );
}

/** What was pressed is gone with the step before: reading goes on at the beginning of the next. */
function useStepFocus(step: string) {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    place.current?.focus();
  }, [step]);
  return place;
}
