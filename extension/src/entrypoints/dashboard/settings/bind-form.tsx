// Binding a webhook: its address and the password, the code that it is started with, and the call that connects the two.

import { type FormEvent, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { useToast } from '../../../ui/toast.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { WebhookState } from './webhook-state.ts';

const text = strings.webhookSettings;

interface BindFormProps {
  readonly state: WebhookState;
  readonly serverAddress: string;
  readonly onBound: (state: WebhookState) => void;
  /** Where something is bound already, and may stay. */
  readonly onCancel?: () => void;
}

interface Code {
  readonly code: string;
  readonly expiresAt: string;
}

/** What was typed stays when the server refuses; the code is on the screen until it is used or over. */
export function BindForm({ state, serverAddress, onBound, onCancel }: BindFormProps) {
  const [url, setUrl] = useState(state.offer?.url ?? state.bound?.url ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<Code>();
  const { pending, failure, submit, clear } = useSubmit();

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    await submit(async () => {
      setCode(await api.webhook.offer.mutate({ url: url.trim(), keytrailUrl: serverAddress, password }));
      setPassword('');
    });
  }

  if (code !== undefined) return <Offer code={code} onBound={onBound} onStartOver={() => setCode(undefined)} />;
  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col items-start gap-3">
      <div className="w-full">
        <TextField
          label={text.address}
          hint={text.addressHint}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          className="font-mono text-xs"
          onChange={(event) => {
            setUrl(event.target.value);
            clear();
          }}
        />
      </div>
      <div className="w-full">
        <SecretField
          label={shared.lock.password}
          value={password}
          onChange={(typed) => {
            setPassword(typed);
            clear();
          }}
          autoComplete="current-password"
        />
      </div>
      {failure !== undefined && (
        <Notice tone="bad" className="w-full">
          {failure.sentence}
        </Notice>
      )}
      {state.offer !== null && (
        <Notice tone="info" className="w-full">
          {text.offered(new URL(state.offer.url).host, toTime(state.offer.expiresAt))}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" pending={pending} disabled={url.trim() === '' || password === ''}>
          {text.makeCode}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{text.cancel}</Button>}
      </div>
    </form>
  );
}

interface OfferProps {
  readonly code: Code;
  readonly onBound: (state: WebhookState) => void;
  readonly onStartOver: () => void;
}

function Offer({ code: { code, expiresAt }, onBound, onStartOver }: OfferProps) {
  const { pending, failure, submit } = useSubmit();
  const toast = useToast();
  const isOver = useTicking((nowMs) => Date.parse(expiresAt) <= nowMs);
  const command = `WEBHOOK_CODE=${code} node webhook.mjs`;

  async function connect() {
    await submit(async () => {
      onBound(await api.webhook.bind.mutate());
      toast(text.bound);
    });
  }

  return (
    <div className="flex flex-col items-start gap-3">
      <div className="flex w-full flex-col items-start gap-2">
        <h3 className="text-xs font-medium">{text.codeTitle}</h3>
        <code dir="ltr" className="w-full rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all select-all">
          {command}
        </code>
        <div className="flex w-full flex-wrap items-center justify-between gap-2">
          <p className="text-xs text-mute">{isOver ? text.codeOver : text.codeOnce(toTime(expiresAt))}</p>
          <CopyButton text={command}>{text.copyCommand}</CopyButton>
        </div>
      </div>
      {failure !== undefined && (
        <Notice tone="bad" className="w-full">
          {failure.sentence}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" pending={pending} disabled={isOver} onClick={connect}>
          {text.connect}
        </Button>
        <Button onClick={onStartOver}>{text.startOver}</Button>
      </div>
    </div>
  );
}

function toTime(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
