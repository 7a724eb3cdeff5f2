// The forms of the rules that are lists: addresses, kinds of client, fields, sites.

import { clientKindLabels, clientKinds } from '@keytrail/shared/client';
import { fieldName, releasableFields } from '@keytrail/shared/credential';
import { toIpRange } from '@keytrail/shared/ip-range';
import { toOrigin } from '@keytrail/shared/site';
import { Plus } from 'lucide-react';
import { useId, useMemo } from 'react';
import { Button } from '../../../ui/button.tsx';
import { toggle } from '../../../ui/filter-option.tsx';
import { strings } from '../strings.ts';
import { useCredentials } from '../use-vault-data.ts';
import { toSites } from '../vault/public-members.ts';
import { ChipsField } from './chips-field.tsx';
import { ControlError, FormHint } from './inline-controls.tsx';
import type { RuleFormProps } from './rule-form-props.ts';
import { useMyAddress } from './use-my-address.ts';
import { useSeenAddresses } from './use-seen-addresses.ts';

const text = strings.policies.form;
const suggestedMax = 6;

export function AddressesForm({ draft, errors, onChange }: RuleFormProps<'ip_allowlist'>) {
  const mine = useMyAddress() ?? null;
  const seen = useSeenAddresses();
  const { ranges } = draft;
  const add = (address: string) =>
    onChange({ ...draft, ranges: { ...ranges, entries: [...ranges.entries, address] } }, 'ranges');
  return (
    <>
      <ChipsField
        label={text.range}
        placeholder={text.rangePlaceholder}
        advice={text.rangeAdvice}
        list={ranges}
        parse={toIpRange}
        error={errors.ranges}
        onChange={(next) => onChange({ ...draft, ranges: next }, 'ranges')}
        suggestions={{
          label: text.suggested,
          values: seen.filter((address) => address !== mine).slice(0, suggestedMax),
        }}
      />
      {mine !== null && !ranges.entries.includes(mine) && (
        <Button size="small" className="self-start" onClick={() => add(mine)}>
          <Plus aria-hidden />
          {text.addAddress(mine)}
        </Button>
      )}
    </>
  );
}

export function ClientsForm({ draft, errors, onChange }: RuleFormProps<'client'>) {
  const id = useId();
  return (
    <fieldset aria-describedby={id} className="flex flex-col gap-2">
      <legend className="sr-only">{text.kinds}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {clientKinds.map((kind) => (
          <label key={kind} className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={draft.kinds.includes(kind)}
              aria-invalid={errors.kinds !== undefined || undefined}
              onChange={() => onChange({ ...draft, kinds: toggle(draft.kinds, kind) }, 'kinds')}
              className="size-3.5 accent-accent"
            />
            {clientKindLabels[kind]}
          </label>
        ))}
      </div>
      <ControlError id={id}>{errors.kinds}</ControlError>
      <FormHint>{text.kindsHint}</FormHint>
    </fieldset>
  );
}

export function FieldsForm({ draft, errors, onChange }: RuleFormProps<'fields'>) {
  const credentials = useCredentials().data;
  const known = useMemo(() => {
    const names = (credentials ?? []).flatMap(({ kind, secretFields, public: members }) =>
      releasableFields(kind, secretFields, { ...members }),
    );
    return [...new Set(names)].sort().slice(0, suggestedMax * 2);
  }, [credentials]);
  return (
    <ChipsField
      label={text.fields}
      placeholder={text.fieldPlaceholder}
      advice={text.fieldAdvice}
      list={draft.fields}
      parse={(typed) => (fieldName.safeParse(typed).success ? typed : null)}
      error={errors.fields}
      onChange={(fields) => onChange({ ...draft, fields }, 'fields')}
      suggestions={{ label: text.fieldSuggested, values: known }}
    />
  );
}

export function SitesForm({ draft, errors, onChange }: RuleFormProps<'site'>) {
  const credentials = useCredentials().data;
  const known = useMemo(
    () => [...new Set((credentials ?? []).flatMap(toSites))].sort().slice(0, suggestedMax),
    [credentials],
  );
  return (
    <>
      <ChipsField
        label={text.origins}
        placeholder={text.originPlaceholder}
        advice={text.originAdvice}
        list={draft.origins}
        parse={toOrigin}
        error={errors.origins}
        onChange={(origins) => onChange({ ...draft, origins }, 'origins')}
        suggestions={{ label: text.originSuggested, values: known }}
      />
      <FormHint>{text.siteHint}</FormHint>
    </>
  );
}
