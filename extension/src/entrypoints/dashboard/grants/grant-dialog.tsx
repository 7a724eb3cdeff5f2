// Grants an agent the use of a credential, with an end.

import { type AgentSummary, grantDaysMax } from '@keytrail/shared/agent';
import { type CredentialSummary, releasableFields } from '@keytrail/shared/credential';
import { type FormEvent, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckField } from '../../../ui/check-field.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { toLocalField } from '../../../ui/date-range.ts';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { GrantFields } from '../../../ui/grant-fields.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { toFieldLabel } from '../vault/kind-fields.ts';
import { type GrantEnd, grantEnds, toGrantEnd } from './grant-ends.ts';

const text = strings.grants.dialog;

const endOptions = grantEnds.map((value) => ({ value, label: text.ends[value] }));

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
  const [chosenAgent, setAgentId] = useState(given.agentId);
  const [chosenCredential, setCredentialId] = useState(given.credentialId);
  // Lists may come after the dialog: what is the only one to choose is chosen then.
  const agentId = chosenAgent ?? only(agents);
  const credentialId = chosenCredential ?? only(credentials);
  const [end, setEnd] = useState<GrantEnd>('day');
  const [customEnd, setCustomEnd] = useState('');
  const [endProblem, setEndProblem] = useState<string>();
  const [reasonRequired, setReasonRequired] = useState(false);
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
    const chosenEnd = toGrantEnd(end, customEnd, Date.now());
    if (!chosenEnd.ok) return setEndProblem(chosenEnd.problem);
    const done = await submit(async () => {
      await api.grants.create.mutate({
        agentId,
        credentialId,
        expiresAt: chosenEnd.at,
        reasonRequired,
        fields: chosen.length === fields.length ? null : chosen,
      });
    });
    if (!done) return;
    toast(strings.grants.createdToast);
    onClose();
    await refresh.grants();
  }

  return (
    <Dialog open sticky wide onClose={onClose} title={text.title}>
      <form noValidate onSubmit={onSubmit} className="contents">
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
          {end === 'custom' && (
            <TextField
              type="datetime-local"
              label={text.customEnd}
              hint={text.customHint(grantDaysMax)}
              error={endProblem}
              value={customEnd}
              min={toLocalField(new Date().toISOString())}
              max={toLocalField(new Date(Date.now() + grantDaysMax * 86_400_000).toISOString())}
              onChange={(event) => {
                setCustomEnd(event.target.value);
                setEndProblem(undefined);
              }}
            />
          )}
          {fields.length > 1 && <GrantFields fields={fields} left={left} onChange={setLeft} toLabel={toFieldLabel} />}
          <CheckField
            label={text.reasonRequired}
            hint={text.reasonHint}
            checked={reasonRequired}
            onChange={setReasonRequired}
          />
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

function only(items: readonly { readonly id: string }[]): string {
  return items.length === 1 ? (items[0]?.id ?? '') : '';
}
