// Grants an agent the use of a credential, with an end.

import type { AgentSummary } from '@keytrail/shared/agent';
import { type CredentialSummary, releasableFields } from '@keytrail/shared/credential';
import { type FormEvent, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { toFieldLabel } from '../vault/kind-fields.ts';

const text = strings.grants.dialog;

const endHours = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24, never: null } as const;
type End = keyof typeof endHours;

const endOptions: readonly { value: End; label: string }[] = [
  { value: 'hour', label: text.ends.hour },
  { value: 'day', label: text.ends.day },
  { value: 'week', label: text.ends.week },
  { value: 'month', label: text.ends.month },
  { value: 'never', label: text.ends.never },
];

interface GrantDialogProps {
  readonly agents: readonly AgentSummary[];
  readonly credentials: readonly CredentialSummary[];
  /** Chosen beforehand, where it is opened from one of them. */
  readonly agentId?: string | undefined;
  readonly credentialId?: string | undefined;
  readonly onClose: () => void;
}

/** Starts with a day: long enough to work with, short enough to forget safely. */
export function GrantDialog({ agents, credentials, onClose, ...given }: GrantDialogProps) {
  const [agentId, setAgentId] = useState(given.agentId ?? only(agents));
  const [credentialId, setCredentialId] = useState(given.credentialId ?? only(credentials));
  const [end, setEnd] = useState<End>('day');
  const [left, setLeft] = useState<readonly string[]>([]);
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();
  const credential = credentials.find(({ id }) => id === credentialId);
  const fields =
    credential === undefined
      ? []
      : releasableFields(credential.kind, credential.secretFields, { ...credential.public });
  const chosen = fields.filter((name) => !left.includes(name));

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const done = await submit(async () => {
      await api.grants.create.mutate({
        agentId,
        credentialId,
        expiresAt: toEnd(end, Date.now()),
        fields: chosen.length === fields.length ? null : chosen,
      });
    });
    if (!done) return;
    toast(strings.grants.createdToast);
    onClose();
    await refresh.grants();
  }

  return (
    <Dialog open sticky onClose={onClose} title={text.title}>
      <form onSubmit={onSubmit} className="contents">
        <DialogBody>
          <SelectField
            label={text.agent}
            value={agentId}
            placeholder={text.chooseAgent}
            hint={agents.length === 0 ? text.noAgents : undefined}
            options={agents.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setAgentId}
          />
          <SelectField
            label={text.credential}
            value={credentialId}
            placeholder={text.chooseCredential}
            hint={credentials.length === 0 ? text.noCredentials : undefined}
            options={credentials.map(({ id, label, service }) => ({ value: id, label: `${service}: ${label}` }))}
            onChange={(id) => {
              setCredentialId(id);
              setLeft([]);
            }}
          />
          <Choice label={text.end} value={end} options={endOptions} onChange={setEnd} />
          {fields.length > 1 && <Fields fields={fields} left={left} onChange={setLeft} />}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button
            type="submit"
            variant="primary"
            pending={pending}
            disabled={agentId === '' || credentialId === '' || chosen.length === 0}
          >
            {text.create}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  readonly fields: readonly string[];
  /** Names that are not granted. */
  readonly left: readonly string[];
  readonly onChange: (left: readonly string[]) => void;
}

function Fields({ fields, left, onChange }: FieldsProps) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-xs font-medium">{text.fields}</legend>
      {fields.map((name) => (
        <label key={name} className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={!left.includes(name)}
            onChange={() => onChange(left.includes(name) ? left.filter((other) => other !== name) : [...left, name])}
            className="size-3.5 accent-accent"
          />
          <span dir="auto" className="user-text">
            {toFieldLabel(name)}
          </span>
        </label>
      ))}
      <p className="text-xs text-mute">{text.fieldsHint}</p>
    </fieldset>
  );
}

function only(items: readonly { readonly id: string }[]): string {
  return items.length === 1 ? (items[0]?.id ?? '') : '';
}

/** The instant at which a grant that starts now ends; null for one without an end. */
export function toEnd(end: End, nowMs: number): string | null {
  const hours = endHours[end];
  return hours === null ? null : new Date(nowMs + hours * 3_600_000).toISOString();
}
