// The request that is to be explained: who asks, for what, when, from where.

import { clientKindLabels, clientKinds } from '@keytrail/shared/client';
import { type CredentialSummary, releasableFields } from '@keytrail/shared/credential';
import { TextField } from '../../../ui/field.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings } from '../strings.ts';
import { useAgents, useCredentials, useProxies } from '../use-vault-data.ts';
import { toFieldLabel } from '../vault/kind-fields.ts';
import { findRequestErrors, type RequestDraft } from './explanation.ts';

const text = strings.policies.explainPanel;
const owner = 'owner';

const clientOptions = clientKinds.map((value) => ({ value, label: clientKindLabels[value] }));

interface ExplainFormProps {
  readonly draft: RequestDraft;
  readonly onChange: (part: Partial<RequestDraft>) => void;
}

/** The answer follows every change, so there is nothing to submit. */
export function ExplainForm({ draft, onChange }: ExplainFormProps) {
  const agents = useAgents().data ?? [];
  const credentials = useCredentials().data ?? [];
  const errors = findRequestErrors(draft);
  const proxies = useProxies().data ?? [];
  const byAgent = draft.agentId !== '';
  const byProxy = draft.proxyId !== '';
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label={text.who}
        value={draft.agentId || draft.proxyId || owner}
        options={[
          { value: owner, label: text.owner },
          ...agents.map(({ id, name }) => ({ value: id, label: name })),
          ...proxies.map(({ id, name }) => ({ value: id, label: text.proxy(name) })),
        ]}
        onChange={(chosen) => onChange(toRequester(chosen, proxies))}
      />
      {!byProxy && (
        <SelectField
          label={text.credential}
          value={draft.credentialId}
          placeholder={text.chooseCredential}
          hint={credentials.length === 0 ? text.noCredentials : undefined}
          options={credentials.map(({ id, label, service }) => ({ value: id, label: `${service}: ${label}` }))}
          onChange={(credentialId) => onChange({ credentialId, fields: null })}
        />
      )}
      <TextField
        label={text.at}
        hint={text.atHint}
        type="datetime-local"
        value={draft.at}
        max="9999-12-31T23:59"
        onChange={(event) => onChange({ at: event.target.value })}
      />
      <SelectField
        label={text.client}
        value={draft.client}
        options={clientOptions}
        onChange={(client) => onChange({ client })}
      />
      <TextField
        label={text.clientIp}
        hint={text.clientIpHint}
        error={errors.clientIp}
        value={draft.clientIp}
        dir="ltr"
        autoComplete="off"
        spellCheck={false}
        maxLength={50}
        onChange={(event) => onChange({ clientIp: event.target.value })}
      />
      {byAgent && (
        <TextField
          label={text.reason}
          value={draft.reason}
          autoComplete="off"
          maxLength={500}
          onChange={(event) => onChange({ reason: event.target.value })}
        />
      )}
      {!byAgent && !byProxy && (
        <TextField
          label={text.site}
          hint={text.siteHint}
          error={errors.siteOrigin}
          value={draft.siteOrigin}
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          maxLength={300}
          onChange={(event) => onChange({ siteOrigin: event.target.value })}
        />
      )}
      {!byProxy && (
        <Fields
          credential={credentials.find(({ id }) => id === draft.credentialId)}
          chosen={draft.fields}
          onChange={(fields) => onChange({ fields })}
        />
      )}
    </div>
  );
}

/** With the client that such a requester usually has. */
function toRequester(chosen: string, proxies: readonly { id: string }[]): Partial<RequestDraft> {
  if (chosen === owner) return { agentId: '', proxyId: '', client: 'browser' };
  return proxies.some(({ id }) => id === chosen)
    ? { agentId: '', proxyId: chosen, client: 'nodejs' }
    : { agentId: chosen, proxyId: '', client: 'nodejs' };
}

interface FieldsProps {
  readonly credential: CredentialSummary | undefined;
  readonly chosen: readonly string[] | null;
  readonly onChange: (fields: readonly string[] | null) => void;
}

/** Nothing to choose where there is one field; the last one cannot be left out. */
function Fields({ credential, chosen, onChange }: FieldsProps) {
  if (credential === undefined) return null;
  const all = releasableFields(credential.kind, credential.secretFields, { ...credential.public });
  if (all.length < 2) return null;
  const asked = chosen ?? all;
  return (
    <fieldset className="flex flex-wrap gap-x-4 gap-y-1.5 sm:col-span-2">
      <legend className="mb-1 text-xs font-medium">{text.fields}</legend>
      {all.map((name) => (
        <label key={name} className="flex min-w-0 items-center gap-1.5">
          <input
            type="checkbox"
            checked={asked.includes(name)}
            disabled={asked.length === 1 && asked.includes(name)}
            onChange={() => {
              const next = all.filter((field) => (field === name ? !asked.includes(name) : asked.includes(field)));
              onChange(next.length === all.length ? null : next);
            }}
            className="size-3.5 shrink-0 accent-accent"
          />
          <span dir="auto" className="user-text min-w-0 truncate">
            {toFieldLabel(name)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
