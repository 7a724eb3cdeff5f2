// Rows of names and templates: headers, or query parameters.

import { Plus, X } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { strings } from '../strings.ts';
import { type DraftErrors, findTemplateError, type PairDraft } from './proxy-draft.ts';

const text = strings.proxies.form;

interface PairsFieldProps {
  readonly member: 'headers' | 'query';
  readonly legend: string;
  /** What a row's name is. */
  readonly name: string;
  readonly add: string;
  readonly placeholder: string;
  readonly pairs: readonly PairDraft[];
  readonly errors: DraftErrors;
  readonly onChange: (pairs: readonly PairDraft[], place?: string) => void;
  /** The row whose template has the focus. */
  readonly onFocus: (key: number) => void;
}

/** What is wrong with a template shows while it is typed; the rest when the form is sent. */
export function PairsField(props: PairsFieldProps) {
  const { member, legend, name, add, placeholder, pairs, errors, onChange, onFocus } = props;
  const nextKey = Math.max(-1, ...pairs.map(({ key }) => key)) + 1;
  const change = (key: number, part: Partial<PairDraft>) =>
    onChange(
      pairs.map((pair) => (pair.key === key ? { ...pair, ...part } : pair)),
      part.value === undefined ? `${member}.${key}` : `${member}.${key}.value`,
    );
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-xs font-medium">{legend}</legend>
      {errors[member] !== undefined && (
        <p role="alert" className="text-xs text-red">
          {errors[member]}
        </p>
      )}
      {pairs.map((pair, index) => (
        <div key={pair.key} className="flex min-w-0 items-start gap-1.5">
          <div className="grid min-w-0 flex-1 gap-1.5 sm:grid-cols-[2fr_3fr]">
            <TextField
              label={name}
              error={errors[`${member}.${pair.key}`]}
              value={pair.name}
              dir="ltr"
              placeholder={index === 0 ? placeholder : undefined}
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => change(pair.key, { name: event.target.value })}
            />
            <TextField
              label={text.value}
              error={findTemplateError(pair.value) ?? errors[`${member}.${pair.key}.value`]}
              value={pair.value}
              dir="ltr"
              placeholder="${TOKEN}"
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              className="font-mono text-xs"
              onFocus={() => onFocus(pair.key)}
              onChange={(event) => change(pair.key, { value: event.target.value })}
            />
          </div>
          <IconButton
            icon={X}
            label={text.removeRow(pair.name || name.toLowerCase())}
            onClick={() => onChange(pairs.filter(({ key }) => key !== pair.key))}
            className="mt-5.75"
          />
        </div>
      ))}
      <Button
        size="small"
        className="self-start"
        onClick={() => onChange([...pairs, { key: nextKey, name: '', value: '' }])}
      >
        <Plus aria-hidden />
        {add}
      </Button>
    </fieldset>
  );
}
