// Where a provider is: found by its own description, or typed; folded away where a template knows it.

import { useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { ConnectDraft, ConnectErrors } from './connect-draft.ts';

const text = strings.oauth.form;

interface EndpointFieldsProps {
  /** A template filled them in. */
  readonly isTemplate: boolean;
  readonly draft: ConnectDraft;
  readonly errors: ConnectErrors;
  readonly onChange: (change: Partial<ConnectDraft>) => void;
}

const places = ['authorizationUrl', 'deviceUrl', 'tokenUrl'] as const;

export function EndpointFields({ isTemplate, draft, errors, onChange }: EndpointFieldsProps) {
  const isWrong = places.some((place) => errors[place] !== undefined);
  const shown = places.filter((place) => place !== (draft.way === 'browser' ? 'deviceUrl' : 'authorizationUrl'));
  const fields = shown.map((place) => (
    <TextField
      key={place}
      label={text.endpoints[place]}
      error={errors[place]}
      value={draft[place]}
      dir="ltr"
      inputMode="url"
      placeholder="https://"
      autoCapitalize="off"
      autoComplete="off"
      spellCheck={false}
      className="font-mono text-xs"
      onChange={(event) => onChange({ [place]: event.target.value })}
    />
  ));
  if (!isTemplate) {
    return (
      <>
        <Discovery draft={draft} onChange={onChange} />
        {fields}
      </>
    );
  }
  return (
    <details open={isWrong || undefined}>
      <summary className="-mx-1 rounded-sm px-1 text-xs font-medium text-mute select-none hover:text-ink">
        {text.addresses}
      </summary>
      <div className="mt-3 flex flex-col gap-4">{fields}</div>
    </details>
  );
}

/** Fills in what the provider says of itself. */
function Discovery({ draft, onChange }: Pick<EndpointFieldsProps, 'draft' | 'onChange'>) {
  const { pending, failure, submit } = useSubmit();
  const [address, setAddress] = useState('');

  const discover = () =>
    submit(async () => {
      const typed = address.includes('://') ? address : `https://${address}`;
      const found = await api.oauth.discover.mutate({ address: typed.trim() });
      onChange({
        issuer: found.issuer,
        authorizationUrl: found.authorizationUrl ?? draft.authorizationUrl,
        tokenUrl: found.tokenUrl ?? draft.tokenUrl,
        deviceUrl: found.deviceUrl ?? draft.deviceUrl,
        ...(draft.scopes === '' && found.scopes.includes('offline_access') ? { scopes: 'openid\noffline_access' } : {}),
        ...(draft.service === '' ? { service: toService(typed) } : {}),
      });
    });

  return (
    <>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            label={text.discover}
            hint={text.discoverHint}
            optional
            value={address}
            dir="ltr"
            inputMode="url"
            placeholder="https://id.example.com"
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-xs"
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
        <Button onClick={discover} pending={pending} disabled={address.trim() === ''} className="mt-5 h-8.5">
          {text.discoverAction}
        </Button>
      </div>
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </>
  );
}

/** `id.example.com` is example's. */
function toService(address: string): string {
  const labels = URL.canParse(address) ? new URL(address).hostname.split('.') : [];
  const name = labels.at(-2) ?? '';
  return /^[a-z0-9][a-z0-9-]*$/.test(name) && Number.isNaN(Number(name)) ? name : '';
}
