// The form that stores or edits a credential of any kind.

import {
  type CredentialInput,
  type CredentialKind,
  type CredentialSummary,
  credentialKindLabels,
  credentialKinds,
} from '@keytrail/shared/credential';
import { type FormEvent, useId, useMemo, useRef, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { createCredential, updateCredential } from '../../../lib/save-credential.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { focusFirstError } from '../../../ui/focus-first-error.ts';
import { Notice } from '../../../ui/notice.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { LeaveDialog } from '../leave-dialog.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import {
  type CredentialDraft,
  type DraftErrors,
  emptyDraft,
  isSameDraft,
  toChange,
  toDraft,
  toInput,
} from './credential-draft.ts';
import { KindFieldControl } from './kind-field-control.tsx';
import { kindFields } from './kind-fields.ts';
import { NamedValues } from './named-values.tsx';
import { rebaseDraft } from './rebase-draft.ts';
import { RemoveStored } from './remove-stored.tsx';
import { SaveTrouble } from './save-trouble.tsx';

const text = strings.credentialForm;

interface CredentialFormProps {
  /** The credential to edit as it was when the form opened: its version is sent, so that nothing is undone unseen. Absent for a new one. */
  readonly credential?: CredentialSummary | undefined;
  /** The same as the list shows it by now. */
  readonly latest?: CredentialSummary | undefined;
  readonly services: readonly string[];
  readonly onClose: () => void;
  /** The owner would rather connect with a provider. */
  readonly onConnect: () => void;
  readonly onSaved: (saved: CredentialSummary) => void;
}

const kindOptions = credentialKinds.map((kind) => ({ value: kind, label: credentialKindLabels[kind] }));

/** A dialog. What was typed stays when the server refuses or is away. */
export function CredentialForm(props: CredentialFormProps) {
  const { latest, services, onClose, onConnect, onSaved } = props;
  const [credential, setCredential] = useState(props.credential);
  const initial = useMemo(() => (credential === undefined ? emptyDraft('login') : toDraft(credential)), [credential]);
  const [draft, setDraft] = useState(initial);
  /** What was typed here, since what is stored was loaded again. */
  const [own, setOwn] = useState<readonly string[]>();
  const [exit, setExit] = useState<() => void>();
  const [errors, setErrors] = useState<DraftErrors>({});
  const { pending, failure, submit, clear } = useSubmit();
  const refresh = useRefresh();
  const formId = useId();
  const submitButton = useRef<HTMLButtonElement>(null);

  function patch(change: Partial<CredentialDraft>, place?: string) {
    setDraft((typed) => ({ ...typed, ...change }));
    if (place !== undefined) setErrors(({ [place]: _mended, ...others }) => others);
  }

  function load(base: CredentialSummary, stored: CredentialSummary) {
    const rebased = rebaseDraft(draft, base, stored);
    setCredential(stored);
    setDraft(rebased.draft);
    setOwn(rebased.own);
    setErrors({});
    settle();
  }

  /** What stood in the way is out of it, and what was pressed for that is gone. */
  function settle() {
    clear();
    submitButton.current?.focus();
  }

  /** Where somebody else was faster, how to take over what they stored. */
  function findLoad() {
    if (credential === undefined || latest === undefined || latest.version === credential.version) return undefined;
    return () => load(credential, latest);
  }

  const isDirty = () => !isSameDraft(draft, initial);
  /** By whichever way: at once where nothing was typed, else after a question. */
  const leaveBy = (way: () => void) => (isDirty() ? setExit(() => way) : way());

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setOwn(undefined);
    const outcome = credential === undefined ? toInput(draft) : toChange(draft, credential);
    setErrors(outcome.ok ? {} : outcome.errors);
    if (!outcome.ok) return focusFirstError(form);
    const done = await submit(async () => onSaved(await save(outcome.value)));
    // Somebody else may have been faster: who opens the form again sees what is stored by now.
    if (!done) await refresh.credentials();
  }

  const title = credential === undefined ? text.addTitle : text.editTitle(credential.label);
  return (
    <Dialog open wide sticky onClose={() => leaveBy(onClose)} title={title}>
      <form id={formId} noValidate onSubmit={onSubmit} className="contents">
        <DialogBody>
          {credential === undefined && (
            <SelectField<CredentialKind>
              label={text.kind}
              value={draft.kind}
              options={kindOptions}
              onChange={(kind) => {
                patch({ kind });
                setErrors({});
              }}
            />
          )}
          {credential === undefined && draft.kind === 'oauth' && (
            <Notice
              tone="info"
              action={
                <Button size="small" onClick={() => leaveBy(onConnect)}>
                  {strings.oauth.offerAction}
                </Button>
              }
            >
              {strings.oauth.offer}
            </Notice>
          )}
          <Names draft={draft} errors={errors} services={services} onChange={patch} />
          {kindFields[draft.kind].map((field) => (
            <KindFieldControl
              key={field.name}
              field={field}
              draft={draft}
              stored={field.place === 'secret' && (credential?.secretFields.includes(field.name) ?? false)}
              error={errors[field.name]}
              onChange={patch}
            />
          ))}
          {draft.kind === 'fields' && (
            <NamedValues draft={draft} stored={credential?.secretFields ?? []} errors={errors} onChange={patch} />
          )}
          <Extras
            draft={draft}
            errors={errors}
            notesStored={credential?.secretFields.includes('notes') ?? false}
            onChange={patch}
          />
        </DialogBody>
      </form>
      {/* Beside the form, since the way to unlock is a form of its own. */}
      <DialogFoot>
        {errors.form !== undefined && (
          <Notice tone="bad" className="w-full">
            {errors.form}
          </Notice>
        )}
        {own !== undefined && (
          <Notice tone="info" className="w-full">
            {text.loaded(own)}
          </Notice>
        )}
        {failure !== undefined && (
          <SaveTrouble
            failure={failure}
            onLoad={failure.kind === 'conflict' ? findLoad() : undefined}
            onUnlocked={settle}
          />
        )}
        <Button onClick={() => leaveBy(onClose)}>{shared.dialog.cancel}</Button>
        <Button ref={submitButton} type="submit" form={formId} variant="primary" pending={pending}>
          {credential === undefined ? text.create : text.save}
        </Button>
      </DialogFoot>
      <LeaveDialog dirty={isDirty} words={text.leave} exit={exit && { leave: exit, stay: () => setExit(undefined) }} />
    </Dialog>
  );
}

async function save(value: CredentialInput | Parameters<typeof api.credentials.update.mutate>[0]) {
  return 'id' in value ? await updateCredential(api, value) : await createCredential(api, value);
}

interface PartProps {
  readonly draft: CredentialDraft;
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<CredentialDraft>, place?: string) => void;
}

function Names({ draft, errors, services, onChange }: PartProps & { readonly services: readonly string[] }) {
  const listId = useId();
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={text.service}
        hint={text.serviceHint}
        error={errors.service}
        value={draft.service}
        list={listId}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ service: event.target.value }, 'service')}
      />
      <datalist id={listId}>
        {services.map((service) => (
          <option key={service} value={service} />
        ))}
      </datalist>
      <TextField
        label={text.label}
        hint={text.labelHint}
        error={errors.label}
        optional
        value={draft.label}
        autoComplete="off"
        onChange={(event) => onChange({ label: event.target.value }, 'label')}
      />
    </div>
  );
}

function Extras({ draft, errors, notesStored, onChange }: PartProps & { readonly notesStored: boolean }) {
  const filled = draft.tags !== '' || draft.expires !== '' || notesStored;
  const wrong = errors.tags !== undefined || errors.expiresAt !== undefined || errors.notes !== undefined;
  return (
    <details open={filled || wrong || undefined} className="group">
      <summary className="-mx-1 rounded-sm px-1 text-xs font-medium text-mute select-none hover:text-ink">
        {text.more}
      </summary>
      <div className="mt-3 flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={text.tags}
            hint={text.tagsHint}
            error={errors.tags}
            optional
            value={draft.tags}
            autoComplete="off"
            onChange={(event) => onChange({ tags: event.target.value }, 'tags')}
          />
          <TextField
            label={text.expires}
            error={errors.expiresAt}
            optional
            type="datetime-local"
            value={draft.expires}
            max="9999-12-31T23:59"
            onChange={(event) => onChange({ expires: event.target.value }, 'expiresAt')}
          />
        </div>
        <TextAreaField
          label={text.notes}
          hint={notesStored ? text.keep : text.notesHint}
          error={errors.notes}
          optional
          value={draft.notes}
          onChange={(event) => onChange({ notes: event.target.value }, 'notes')}
        />
        {notesStored && <RemoveStored name="notes" label={strings.fields.notes} draft={draft} onChange={onChange} />}
      </div>
    </details>
  );
}
