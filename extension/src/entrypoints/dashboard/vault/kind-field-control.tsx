// One field of a kind, as the control that its table row asks for.

import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { strings } from '../strings.ts';
import type { CredentialDraft } from './credential-draft.ts';
import { GenerateSecret } from './generate-secret.tsx';
import type { KindField } from './kind-fields.ts';
import { RemoveStored } from './remove-stored.tsx';

interface KindFieldControlProps {
  readonly field: KindField;
  readonly draft: CredentialDraft;
  /** A value is already stored; it stays unless a new one is typed. */
  readonly stored: boolean;
  readonly error: string | undefined;
  readonly onChange: (change: Partial<CredentialDraft>, place?: string) => void;
}

/** Labelled, with its hint and error. */
export function KindFieldControl({ field, draft, stored, error, onChange }: KindFieldControlProps) {
  const change = (value: string) => onChange({ values: { ...draft.values, [field.name]: value } }, field.name);
  const frame = {
    label: field.label,
    hint: stored ? strings.credentialForm.keep : field.hint,
    error,
    optional: field.optional === true && !stored,
    value: draft.values[field.name] ?? '',
  };
  return (
    <div className="flex flex-col gap-1.5">
      {draw(field, frame, change)}
      {stored && field.optional === true && (
        <RemoveStored name={field.name} label={field.label} draft={draft} onChange={onChange} />
      )}
    </div>
  );
}

type Frame = { label: string; hint: string | undefined; error: string | undefined; optional: boolean; value: string };

function draw(field: KindField, frame: Frame, change: (value: string) => void) {
  switch (field.control) {
    case 'secret':
      return (
        <SecretField {...frame} autoComplete="new-password" onChange={change}>
          {field.generated === true && <GenerateSecret of={field.label} onUse={change} />}
        </SecretField>
      );
    case 'area':
    case 'lines':
      return (
        <TextAreaField
          {...frame}
          rows={field.control === 'area' ? 5 : 2}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          className="font-mono text-xs"
          onChange={(event) => change(event.target.value)}
        />
      );
    case 'text':
    case 'instant':
      return (
        <TextField
          {...frame}
          type={field.control === 'instant' ? 'datetime-local' : 'text'}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
        />
      );
  }
}
