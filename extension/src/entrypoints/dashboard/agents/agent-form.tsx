// Makes or edits an agent.

import { type AgentSummary, agentInput } from '@keytrail/shared/agent';
import { type FormEvent, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { useSession } from '../../../lib/use-session.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';

const text = strings.agents.form;

interface AgentFormProps {
  /** The agent to edit; absent for a new one. */
  readonly agent?: AgentSummary | undefined;
  readonly onClose: () => void;
  /** `key` comes with a new agent only, and only this once. */
  readonly onSaved: (agent: AgentSummary, key: string | undefined) => void;
}

/** A dialog. What was typed stays when the server refuses or is away. */
export function AgentForm({ agent, onClose, onSaved }: AgentFormProps) {
  const [name, setName] = useState(agent?.name ?? '');
  const [description, setDescription] = useState(agent?.description ?? '');
  const [nameError, setNameError] = useState<string>();
  const { pending, failure, submit } = useSubmit();

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const parsed = agentInput.safeParse({ name, description });
    if (!parsed.success) {
      setNameError(name.trim() === '' ? strings.credentialForm.required : parsed.error.issues[0]?.message);
      return;
    }
    await submit(async () => {
      if (agent !== undefined) onSaved(await api.agents.update.mutate({ id: agent.id, ...parsed.data }), undefined);
      else {
        const created = await api.agents.create.mutate(parsed.data);
        onSaved(created.agent, created.key);
      }
    });
  }

  return (
    <Dialog open sticky onClose={onClose} title={agent === undefined ? text.addTitle : text.editTitle(agent.name)}>
      <form noValidate onSubmit={onSubmit} className="contents">
        <DialogBody>
          <TextField
            label={text.name}
            hint={text.nameHint}
            error={nameError}
            value={name}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => {
              setName(event.target.value);
              setNameError(undefined);
            }}
          />
          <TextAreaField
            label={text.description}
            hint={text.descriptionHint}
            optional
            value={description}
            maxLength={500}
            onChange={(event) => setDescription(event.target.value)}
          />
          {agent === undefined && <SignInNote />}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending}>
            {agent === undefined ? text.create : text.save}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** The other way to an agent: the client asks for one. */
function SignInNote() {
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  return (
    <p className="text-xs text-pretty text-mute">
      {text.signIn}{' '}
      <code dir="ltr" className="font-mono text-2xs break-all text-ink select-all">
        {view.session.serverAddress}/mcp
      </code>
    </p>
  );
}
