// Makes or edits a proxy.

import { type ProxySummary, proxyKindLabels, proxyKinds, toProxyPath } from '@keytrail/shared/proxy';
import { type FormEvent, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { useSession } from '../../../lib/use-session.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckField } from '../../../ui/check-field.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { focusFirstError } from '../../../ui/focus-first-error.ts';
import { Notice } from '../../../ui/notice.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useCredentials } from '../use-vault-data.ts';
import { AccessFields } from './access-fields.tsx';
import { InjectionFields } from './injection-fields.tsx';
import { type DraftErrors, type ProxyDraft, toProxy } from './proxy-draft.ts';

const text = strings.proxies.form;

interface ProxyFormProps {
  /** The proxy to edit; absent for a new one. */
  readonly proxy?: ProxySummary | undefined;
  /** What the form begins with. */
  readonly initial: ProxyDraft;
  /** What to store as its credential. */
  readonly credentialHint?: string | undefined;
  readonly onClose: () => void;
  /** `key` comes with a new proxy only, and only this once. */
  readonly onSaved: (proxy: ProxySummary, key: string | undefined) => void;
}

/** A dialog. What was typed stays when the server refuses or is away. */
export function ProxyForm({ proxy, initial, credentialHint, onClose, onSaved }: ProxyFormProps) {
  const [draft, setDraft] = useState(initial);
  const [errors, setErrors] = useState<DraftErrors>({});
  const { pending, failure, submit } = useSubmit();
  const credentials = useCredentials().data ?? [];
  const credential = credentials.find(({ id }) => id === draft.credentialId);

  function patch(change: Partial<ProxyDraft>, place?: string) {
    setDraft((typed) => ({ ...typed, ...change }));
    if (place !== undefined) setErrors(({ [place]: _mended, ...others }) => others);
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const outcome = toProxy(draft, credential);
    setErrors(outcome.ok ? {} : outcome.errors);
    if (!outcome.ok) return focusFirstError(form);
    await submit(async () => {
      if (proxy !== undefined) {
        const { id, version } = proxy;
        onSaved(await api.proxies.update.mutate({ id, version, proxy: outcome.value }), undefined);
      } else {
        const created = await api.proxies.create.mutate(outcome.value);
        onSaved(created.proxy, created.key);
      }
    });
  }

  return (
    <Dialog open wide sticky onClose={onClose} title={proxy === undefined ? text.addTitle : text.editTitle(proxy.name)}>
      <form noValidate onSubmit={onSubmit} className="contents">
        <DialogBody className="gap-5">
          {proxy === undefined && (
            <div className="flex flex-col gap-1">
              <Choice
                label={text.kind}
                value={draft.kind}
                options={proxyKinds.map((value) => ({ value, label: proxyKindLabels[value] }))}
                onChange={(kind) => {
                  patch({ kind });
                  setErrors({});
                }}
              />
              <p className="text-xs text-mute">{text.kindHints[draft.kind]}</p>
            </div>
          )}
          <Address draft={draft} errors={errors} onChange={patch} />
          <SelectField
            label={text.credential}
            hint={credentialHint}
            error={errors.credentialId}
            value={credential === undefined && draft.credentialId !== '' ? '' : draft.credentialId || none}
            placeholder={credential === undefined && draft.credentialId !== '' ? text.goneCredential : undefined}
            options={[
              { value: none, label: text.noCredential },
              ...credentials.map(({ id, label, service }) => ({ value: id, label: `${label} (${service})` })),
            ]}
            onChange={(id) => patch({ credentialId: id === none ? '' : id }, 'credentialId')}
          />
          <InjectionFields draft={draft} errors={errors} credential={credential} onChange={patch} />
          <AccessFields draft={draft} errors={errors} onChange={patch} />
          <Switches draft={draft} onChange={patch} />
          {errors.form !== undefined && <Notice tone="bad">{errors.form}</Notice>}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending}>
            {proxy === undefined ? text.create : text.save}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

const none = 'none';

interface PartProps {
  readonly draft: ProxyDraft;
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<ProxyDraft>, place?: string) => void;
}

function Address({ draft, errors, onChange }: PartProps) {
  const view = useSession();
  const server = view.status === 'signed_in' ? view.session.serverAddress : '';
  const address = server + toProxyPath({ kind: draft.kind, name: draft.name.trim() || 'NAME' });
  return (
    <>
      <TextField
        label={text.name}
        hint={text.nameHint(address)}
        error={errors.name}
        value={draft.name}
        maxLength={63}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ name: event.target.value }, 'name')}
      />
      <TextField
        label={text.upstreamUrl}
        hint={text.upstreamHints[draft.kind]}
        error={errors.upstreamUrl}
        value={draft.upstreamUrl}
        dir="ltr"
        inputMode="url"
        placeholder={draft.kind === 'mcp' ? 'https://mcp.example.com/mcp' : 'https://api.example.com/v1'}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        className="font-mono text-xs"
        onChange={(event) => onChange({ upstreamUrl: event.target.value }, 'upstreamUrl')}
      />
    </>
  );
}

function Switches({ draft, onChange }: Omit<PartProps, 'errors'>) {
  return (
    <div className="flex flex-col gap-3">
      <CheckField
        label={text.keyInUrl}
        hint={text.keyInUrlHint}
        checked={draft.keyInUrl}
        onChange={(keyInUrl) => onChange({ keyInUrl })}
      />
      {draft.keyInUrl && <Notice tone="warn">{text.keyInUrlWarning}</Notice>}
      <CheckField
        label={text.enabled}
        hint={text.enabledHint}
        checked={draft.enabled}
        onChange={(enabled) => onChange({ enabled })}
      />
    </div>
  );
}
