// Connects an OAuth credential: the client that its owner registered, the scopes, and the way to consent.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { focusFirstError } from '../../../ui/focus-first-error.ts';
import { Notice } from '../../../ui/notice.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import {
  type ConnectDraft,
  type ConnectErrors,
  emptyConnectDraft,
  fromTemplate,
  toConnection,
} from './connect-draft.ts';
import { ConnectionWait } from './connection-wait.tsx';
import { EndpointFields } from './endpoint-fields.tsx';
import type { OAuthTemplate } from './oauth-templates.ts';
import { useConnection } from './use-connection.ts';
import { useRedirectUri } from './use-redirect-uri.ts';

const text = strings.oauth.form;

interface ConnectFormProps {
  /** Undefined: a provider that is described or typed. */
  readonly template: OAuthTemplate | undefined;
  readonly onClose: () => void;
  readonly onConnected: (credential: CredentialSummary) => void;
}

/** A dialog. What was typed stays when the provider refuses. */
export function ConnectForm({ template, onClose, onConnected }: ConnectFormProps) {
  const [draft, setDraft] = useState(() => (template === undefined ? emptyConnectDraft : fromTemplate(template)));
  const [errors, setErrors] = useState<ConnectErrors>({});
  const redirectUri = useRedirectUri();
  const connection = useConnection(redirectUri, onConnected);
  const formId = useId();
  const { state } = connection;
  const waits = state.kind === 'consent' || state.kind === 'device';

  function patch(change: Partial<ConnectDraft>) {
    setDraft((typed) => ({ ...typed, ...change }));
    setErrors((wrong) => Object.fromEntries(Object.entries(wrong).filter(([name]) => !(name in change))));
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const outcome = toConnection(draft, redirectUri);
    setErrors(outcome.ok ? {} : outcome.errors);
    if (!outcome.ok) return focusFirstError(event.currentTarget);
    await connection.connect(outcome);
  }

  const endpoints = (
    <EndpointFields isTemplate={template !== undefined} draft={draft} errors={errors} onChange={patch} />
  );
  const title = template === undefined ? text.otherTitle : text.title(template.label);
  return (
    <Dialog open wide sticky onClose={onClose} title={title}>
      <form id={formId} noValidate onSubmit={onSubmit} className="contents">
        <DialogBody>
          {waits ? (
            <ConnectionWait state={state} />
          ) : (
            <>
              <Registration template={template} draft={draft} redirectUri={redirectUri} onChange={patch} />
              {/* What nobody knows yet comes first; what a template knows, last. */}
              {template === undefined && endpoints}
              <Client draft={draft} errors={errors} onChange={patch} />
              {template !== undefined && endpoints}
              <Names draft={draft} errors={errors} onChange={patch} />
              {errors.form !== undefined && <Notice tone="bad">{errors.form}</Notice>}
              {state.kind === 'idle' && state.failure !== undefined && (
                <Notice tone="bad">{state.failure.sentence}</Notice>
              )}
            </>
          )}
        </DialogBody>
        <DialogFoot>
          {waits ? (
            <Button onClick={connection.stop}>{text.back}</Button>
          ) : (
            <>
              <Button onClick={onClose}>{shared.dialog.cancel}</Button>
              <Button type="submit" variant="primary" pending={state.kind === 'starting'}>
                {draft.way === 'browser' ? text.connect : text.getCode}
              </Button>
            </>
          )}
        </DialogFoot>
      </form>
    </Dialog>
  );
}

interface PartProps {
  readonly draft: ConnectDraft;
  readonly errors: ConnectErrors;
  readonly onChange: (change: Partial<ConnectDraft>) => void;
}

/** What has to be done at the provider first. */
function Registration({
  template,
  draft,
  redirectUri,
  onChange,
}: Omit<PartProps, 'errors'> & { readonly template: OAuthTemplate | undefined; readonly redirectUri: string }) {
  const hasChoice = template === undefined || template.deviceUrl !== undefined;
  return (
    <>
      {hasChoice && (
        <Choice
          label={text.way}
          value={draft.way}
          options={[
            { value: 'browser', label: text.ways.browser },
            { value: 'device', label: text.ways.device },
          ]}
          onChange={(way) => onChange({ way })}
        />
      )}
      <div className="flex flex-col gap-2 rounded-md bg-sunken px-3 py-2.5 text-sm">
        <p className="text-pretty">
          {draft.way === 'browser' ? text.registerFirst : text.registerDevice}{' '}
          {template !== undefined && (
            <a href={template.registerUrl} target="_blank" rel="noreferrer" className="text-accent hover:underline">
              {text.registerAt(template.label)}
            </a>
          )}
        </p>
        {draft.way === 'browser' && (
          <p className="flex min-w-0 flex-wrap items-center justify-between gap-2">
            <code dir="ltr" className="min-w-0 font-mono text-xs break-all">
              {redirectUri}
            </code>
            <CopyButton text={redirectUri}>{strings.copy}</CopyButton>
          </p>
        )}
      </div>
    </>
  );
}

function Client({ draft, errors, onChange }: PartProps) {
  return (
    <>
      <TextField
        label={strings.fields.clientId}
        error={errors.clientId}
        value={draft.clientId}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ clientId: event.target.value })}
      />
      <SecretField
        label={strings.fields.clientSecret}
        hint={text.clientSecretHint}
        error={errors.clientSecret}
        optional
        value={draft.clientSecret}
        onChange={(clientSecret) => onChange({ clientSecret })}
      />
      <TextAreaField
        label={strings.fields.scopes}
        hint={text.scopesHint}
        error={errors.scopes}
        optional
        value={draft.scopes}
        rows={2}
        spellCheck={false}
        className="font-mono text-xs"
        onChange={(event) => onChange({ scopes: event.target.value })}
      />
    </>
  );
}

function Names({ draft, errors, onChange }: PartProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={strings.credentialForm.service}
        hint={strings.credentialForm.serviceHint}
        error={errors.service}
        value={draft.service}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ service: event.target.value })}
      />
      <TextField
        label={strings.credentialForm.label}
        hint={strings.credentialForm.labelHint}
        error={errors.label}
        optional
        value={draft.label}
        autoComplete="off"
        onChange={(event) => onChange({ label: event.target.value })}
      />
    </div>
  );
}
