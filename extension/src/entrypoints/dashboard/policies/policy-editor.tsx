// The page on which a policy is written: its rules as sentences to fill in, and beside them what it would do.

import type { PolicySummary } from '@keytrail/shared/policy';
import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { LeaveDialog } from '../leave-dialog.tsx';
import { PageHead } from '../page-head.tsx';
import { strings } from '../strings.ts';
import { MeanwhileNotice } from './meanwhile-notice.tsx';
import { ModeChoice } from './mode-choice.tsx';
import type { Trial } from './policies-search.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { RulesEditor } from './rules-editor.tsx';
import { TrialPanel } from './trial-panel.tsx';
import { type PolicyEditorState, usePolicyEditor } from './use-policy-editor.ts';
import { UsedBy } from './used-by.tsx';

const text = strings.policies;

interface PolicyEditorProps {
  /** The policy to edit; absent for a new one. */
  readonly policy: PolicySummary | undefined;
  readonly initial: PolicyDraft;
  readonly trial: Trial;
  readonly onTrial: (trial: Trial) => void;
  readonly onSaved: (policy: PolicySummary, created: boolean) => void;
}

/** What was typed stays when the server refuses, is away, or somebody else was faster. */
export function PolicyEditor({ policy, initial, trial, onTrial, onSaved }: PolicyEditorProps) {
  const editor = usePolicyEditor(policy, initial);
  const saved = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const [attempts, setAttempts] = useState(0);
  // What is wrong is drawn by the time this runs.
  useEffect(() => {
    if (attempts > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid]')?.focus();
  }, [attempts]);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const save = editor.save((stored, created) => {
      saved.current = true;
      onSaved(stored, created);
    });
    void save.then(() => setAttempts((count) => count + 1));
  }

  return (
    <>
      <Link
        to="/policies"
        className="-mb-1 flex items-center gap-1 self-start rounded-sm text-xs text-accent hover:underline"
      >
        <ChevronLeft aria-hidden className="size-3.5 rtl:rotate-180" />
        {text.back}
      </Link>
      <PageHead title={policy === undefined ? text.editor.addTitle : text.editor.editTitle} />
      {policy !== undefined && policy.usedBy.length > 0 && (
        <div className="-mt-1.5 flex min-w-0 items-baseline gap-2">
          <span className="shrink-0 text-xs text-mute">{text.usedBy}</span>
          <UsedBy users={policy.usedBy} />
        </div>
      )}
      <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,25rem)]">
        <form ref={form} noValidate onSubmit={onSubmit} className="min-w-0 rounded-lg border border-line bg-panel">
          <Names editor={editor} />
          <RulesEditor editor={editor} />
          <Foot editor={editor} />
        </form>
        <TrialPanel
          policyId={policy?.id ?? null}
          policy={editor.value}
          users={policy?.usedBy}
          trial={trial}
          onTrial={onTrial}
        />
      </div>
      <LeaveDialog dirty={() => editor.dirty && !saved.current} words={text.editor.leave} />
    </>
  );
}

function Names({ editor }: { readonly editor: PolicyEditorState }) {
  const { draft, errors, patch } = editor;
  return (
    <div className="grid gap-4 px-4 py-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={text.editor.name}
          hint={text.editor.nameHint}
          error={errors.name}
          value={draft.name}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => patch({ name: event.target.value }, 'name')}
        />
        <TextField
          label={text.editor.description}
          error={errors.description}
          optional
          value={draft.description}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => patch({ description: event.target.value }, 'description')}
        />
      </div>
      <ModeChoice label={text.mode} mode={draft.mode} onChange={(mode) => patch({ mode }, 'mode')} />
    </div>
  );
}

/** Stays in sight: a policy may be long. */
function Foot({ editor }: { readonly editor: PolicyEditorState }) {
  const { failure, pending, isNew, meanwhile } = editor;
  return (
    <footer className="sticky bottom-0 z-10 flex flex-col gap-3 rounded-b-lg border-t border-line bg-panel px-4 py-3">
      <MeanwhileNotice meanwhile={meanwhile} onTake={editor.takeStored} />
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
      <div className="flex flex-wrap justify-end gap-2">
        <Link to="/policies" className={toButtonClasses({})}>
          {text.editor.cancel}
        </Link>
        <Button type="submit" variant="primary" pending={pending}>
          {isNew ? text.editor.create : text.editor.save}
        </Button>
      </div>
    </footer>
  );
}
