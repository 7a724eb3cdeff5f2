// The form of a rule that asks the owner: how long to wait for the answer, and how long it may hold.

import { useId } from 'react';
import { Choice } from '../../../ui/choice.tsx';
import { strings } from '../strings.ts';
import { ControlError, FormHint, InlineInput, InlineSelect, SentenceLine } from './inline-controls.tsx';
import type { SpanDraft, SpanUnit } from './rule-draft.ts';
import type { RuleFormProps } from './rule-form-props.ts';

const text = strings.policies.form;

const toOptions = (units: readonly SpanUnit[]) => units.map((value) => ({ value, label: text.units[value] }));
const waitUnits = toOptions(['seconds', 'minutes']);
const holdUnits = toOptions(['minutes', 'hours']);
const holds = (['once', 'while'] as const).map((value) => ({ value, label: text.holdsOptions[value] }));

export function ApprovalForm({ draft, errors, onChange }: RuleFormProps<'approval'>) {
  return (
    <>
      <Span
        before={text.asksBefore}
        label={text.wait}
        unitLabel={text.waitUnit}
        units={waitUnits}
        span={draft.within}
        error={errors.withinSeconds}
        onChange={(within) => onChange({ ...draft, within }, 'withinSeconds')}
      />
      <SentenceLine>
        <span>{text.holds}</span>
        <Choice
          quiet
          label={text.holds}
          value={draft.holds}
          options={holds}
          onChange={(chosen) => onChange({ ...draft, holds: chosen }, 'holds')}
        />
      </SentenceLine>
      {draft.holds === 'while' && (
        <Span
          before={text.holdBefore}
          label={text.hold}
          unitLabel={text.holdUnit}
          units={holdUnits}
          span={draft.remember}
          error={errors.rememberMinutes}
          onChange={(remember) => onChange({ ...draft, remember }, 'rememberMinutes')}
        />
      )}
      <FormHint>{text.approvalHint}</FormHint>
    </>
  );
}

interface SpanProps {
  readonly before: string;
  readonly label: string;
  readonly unitLabel: string;
  readonly units: readonly { readonly value: SpanUnit; readonly label: string }[];
  readonly span: SpanDraft;
  readonly error: string | undefined;
  readonly onChange: (span: SpanDraft) => void;
}

function Span({ before, label, unitLabel, units, span, error, onChange }: SpanProps) {
  const id = useId();
  return (
    <>
      <SentenceLine>
        <span>{before}</span>
        <InlineInput
          numeric
          label={label}
          value={span.amount}
          invalid={error !== undefined}
          describedBy={id}
          onChange={(amount) => onChange({ ...span, amount })}
        />
        <InlineSelect
          label={unitLabel}
          value={span.unit}
          options={units}
          onChange={(unit) => onChange({ ...span, unit })}
        />
      </SentenceLine>
      <ControlError id={id}>{error}</ControlError>
    </>
  );
}
