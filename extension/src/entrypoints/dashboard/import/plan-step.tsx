// The second step of an import: what will be stored, then storing it, then what came of it.

import { useEffect, useMemo, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useCredentials } from '../use-vault-data.ts';
import { EnvFields } from './env-fields.tsx';
import { type ImportSource, toConverting } from './import-source.ts';
import { type ImportChoices, toSteps } from './import-summary.ts';
import { planImport } from './plan-import.ts';
import { PlanList } from './plan-list.tsx';
import { ImportDone, ImportProgress } from './run-views.tsx';
import { useImportRun } from './use-import-run.ts';

const text = strings.credentialImport;

export type Stage = 'plan' | 'running' | 'done';

interface PlanStepProps {
  readonly source: ImportSource;
  readonly onChange: (source: ImportSource) => void;
  readonly onBack: () => void;
  readonly onColumns: () => void;
  readonly onStage: (stage: Stage) => void;
  readonly onClose: () => void;
}

/** Plans anew whenever the vault changed, so that what is shown is what will be. */
export function PlanStep(props: PlanStepProps) {
  const credentials = useCredentials();
  return <QueryState query={credentials}>{(vault) => <Plan {...props} vault={vault} />}</QueryState>;
}

type PlanProps = PlanStepProps & { readonly vault: Parameters<typeof planImport>[1] };

function Plan({ source, vault, onChange, onBack, onColumns, onStage, onClose }: PlanProps) {
  const [choices, setChoices] = useState<ImportChoices>({ leftOut: new Set(), known: new Map() });
  const { run, stored, updated, start, cancel, reset } = useImportRun();
  const entries = useMemo(() => toConverting(source), [source]);
  const plan = useMemo(() => planImport(entries, vault, stored), [entries, vault, stored]);
  const steps = useMemo(() => toSteps(plan, choices), [plan, choices]);
  const stage = run.state === 'running' || run.state === 'done' ? run.state : 'plan';
  useEffect(() => onStage(stage), [stage, onStage]);

  if (stage === 'running') return <ImportProgress run={run} onCancel={cancel} />;
  if (stage === 'done') {
    return (
      <ImportDone
        run={run}
        created={stored.size - updated.size}
        updated={updated.size}
        plan={plan}
        source={source}
        onAgain={reset}
        onClose={onClose}
      />
    );
  }
  return (
    <form
      className="contents"
      onSubmit={(event) => {
        event.preventDefault();
        if (steps.length > 0) void start(steps);
      }}
    >
      <DialogBody>
        {run.state === 'stopped' && <Notice tone="warn">{text.stopped(run.done, run.total)}</Notice>}
        {run.failure !== undefined && <Notice tone="bad">{run.failure.sentence}</Notice>}
        {source.kind === 'env' ? (
          <EnvFields source={source} onChange={onChange} />
        ) : (
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="text-mute">
              {source.program === undefined ? text.byColumns : text.recognised(source.program)}
            </p>
            <Button size="small" onClick={onColumns}>
              {text.columns}
            </Button>
          </div>
        )}
        <PlanList plan={plan} choices={choices} onChange={setChoices} />
      </DialogBody>
      <DialogFoot>
        <Button onClick={onBack}>{text.back}</Button>
        <Button type="submit" variant="primary" disabled={steps.length === 0}>
          {text.start(steps.length)}
        </Button>
      </DialogFoot>
    </form>
  );
}
