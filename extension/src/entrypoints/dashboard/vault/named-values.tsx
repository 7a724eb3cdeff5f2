// The rows of a credential that is a set of named values, such as an AWS key pair or an .env file.

import { Plus, X } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { strings } from '../strings.ts';
import type { CredentialDraft, DraftErrors, NamedValue } from './credential-draft.ts';

const text = strings.credentialForm;

interface NamedValuesProps {
  readonly draft: CredentialDraft;
  /** Names whose values are stored; such a row may stay without a value. */
  readonly stored: readonly string[];
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<CredentialDraft>, place?: string) => void;
}

/** Rows can be added, changed and taken away. */
export function NamedValues({ draft, stored, errors, onChange }: NamedValuesProps) {
  const { named } = draft;
  const nextKey = Math.max(-1, ...named.map(({ key }) => key)) + 1;
  const change = (key: number, part: Partial<NamedValue>) =>
    onChange({ named: named.map((row) => (row.key === key ? { ...row, ...part } : row)) }, `named.${key}`);
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 text-xs font-medium">{text.values}</legend>
      {named.map((row) => (
        <div key={row.key} className="flex items-start gap-2">
          <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
            <TextField
              label={text.fieldName}
              value={row.name}
              error={errors[`named.${row.key}`]}
              placeholder="AWS_ACCESS_KEY_ID"
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => change(row.key, { name: event.target.value })}
            />
            <SecretField
              label={text.fieldValue}
              value={row.value}
              hint={stored.includes(row.name) ? text.keep : undefined}
              autoComplete="new-password"
              onChange={(value) => change(row.key, { value })}
            />
          </div>
          <IconButton
            icon={X}
            label={text.removeField(row.name || text.fieldValue.toLowerCase())}
            disabled={named.length === 1}
            onClick={() => onChange({ named: named.filter(({ key }) => key !== row.key) })}
            className="mt-5.75"
          />
        </div>
      ))}
      <Button
        size="small"
        className="self-start"
        onClick={() => onChange({ named: [...named, { key: nextKey, name: '', value: '' }] }, 'form')}
      >
        <Plus aria-hidden />
        {text.addField}
      </Button>
    </fieldset>
  );
}
