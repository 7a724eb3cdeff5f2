// The form that stores or edits a credential of any kind.

import {
  type CredentialInput,
  type CredentialKind,
  type CredentialSummary,
  credentialKindLabels,
  credentialKinds,
} from '@keytrail/shared/credential';
import { type FormEvent, useId, useState } from 'react';
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
import { RemoveStored } from './remove-stored.tsx';

const text = strings.credentialForm;

interface CredentialFormProps {
  /** The credential to edit as it was when the form opened, and stays: its version is sent. Absent for a new one. */
  readonly credential?: CredentialSummary | undefined;
  readonly services: readonly string[];
  readonly onClose: () => void;
  /** The owner would rather connect with a provider. */
  readonly onConnect: () => void;
  readonly onSaved: (saved: CredentialSummary) => void;
}

const kindOptions = credentialKinds.map((kind) => ({ value: kind, label: credentialKindLabels[kind] }));

/** A dialog. What was typed stays when the server refuses or is away. */
export function CredentialForm({ credential, services, onClose, onConnect, onSaved }: CredentialFormProps) {
  const [initial] = useState(() => (credential === undefined ? emptyDraft('login') : toDraft(credential)));
  const [draft, setDraft] = useState(initial);
  const [exit, setExit] = useState<() => void>();
  const [errors, setErrors] = useState<DraftErrors>({});
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const formId = useId();

  function patch(change: Partial<CredentialDraft>, place?: string) {
    setDraft((typed) => ({ ...typed, ...change }));
    if (place !== undefined) setErrors(({ [place]: _mended, ...others }) => others);
  }

  const isDirty = () => !isSameDraft(draft, initial);
  /** By whichever way: at once where nothing was typed, else after a question. */
  const leaveBy = (way: () => void) => (isDirty() ? setExit(() => way) : way());

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
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
          {errors.form !== undefined && <Notice tone="bad">{errors.form}</Notice>}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={() => leaveBy(onClose)}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending}>
            {credential === undefined ? text.create : text.save}
          </Button>
        </DialogFoot>
      </form>
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
