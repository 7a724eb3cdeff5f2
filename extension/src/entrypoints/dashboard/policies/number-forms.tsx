// The forms of the rules that are numbers: rate, uses in all, length of the reason.

import { useId } from 'react';
import { strings } from '../strings.ts';
import { ControlError, FormHint, InlineInput, InlineSelect, SentenceLine } from './inline-controls.tsx';
import type { RuleFormProps } from './rule-form-props.ts';

const text = strings.policies.form;

const pers = (['minute', 'hour', 'day'] as const).map((value) => ({ value, label: text.pers[value] }));
const counts = (['agent', 'credential', 'both'] as const).map((value) => ({ value, label: text.countsOptions[value] }));

/** "At most 50 uses an hour for each agent". */
export function RateLimitForm({ draft, errors, onChange }: RuleFormProps<'rate_limit'>) {
  const id = useId();
  return (
    <>
      <SentenceLine>
        <span>{text.atMost}</span>
        <InlineInput
          numeric
          label={text.uses}
          value={draft.uses}
          invalid={errors.uses !== undefined}
          describedBy={id}
          onChange={(uses) => onChange({ ...draft, uses }, 'uses')}
        />
        <span>{text.usesPer}</span>
        <InlineSelect
          label={text.per}
          value={draft.per}
          options={pers}
          onChange={(per) => onChange({ ...draft, per }, 'per')}
        />
        <span>{text.forEach}</span>
        <InlineSelect
          label={text.counts}
          value={draft.counts}
          options={counts}
          onChange={(chosen) => onChange({ ...draft, counts: chosen }, 'counts')}
        />
      </SentenceLine>
      <ControlError id={id}>{errors.uses}</ControlError>
      <FormHint>{text.rateHint}</FormHint>
    </>
  );
}

/** "At most 100 uses of each grant". */
export function MaxUsesForm({ draft, errors, onChange }: RuleFormProps<'max_uses'>) {
  const id = useId();
  return (
    <>
      <SentenceLine>
        <span>{text.atMost}</span>
        <InlineInput
          numeric
          label={text.uses}
          value={draft.uses}
          invalid={errors.uses !== undefined}
          describedBy={id}
          onChange={(uses) => onChange({ ...draft, uses }, 'uses')}
        />
        <span>{text.usesOfGrant}</span>
      </SentenceLine>
      <ControlError id={id}>{errors.uses}</ControlError>
      <FormHint>{text.maxUsesHint}</FormHint>
    </>
  );
}

/** "At least 10 characters". */
export function ReasonForm({ draft, errors, onChange }: RuleFormProps<'reason'>) {
  const id = useId();
  return (
    <>
      <SentenceLine>
        <span>{text.reasonBefore}</span>
        <InlineInput
          numeric
          label={text.lengthMin}
          value={draft.lengthMin}
          invalid={errors.lengthMin !== undefined}
          describedBy={id}
          onChange={(lengthMin) => onChange({ ...draft, lengthMin }, 'lengthMin')}
        />
        <span>{text.reasonAfter}</span>
      </SentenceLine>
      <ControlError id={id}>{errors.lengthMin}</ControlError>
      <FormHint>{text.reasonHint}</FormHint>
    </>
  );
}
