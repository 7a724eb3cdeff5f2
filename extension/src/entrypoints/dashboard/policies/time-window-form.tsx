// The form of a rule about hours: days, times, and the time zone that they are of.

import { type Weekday, weekdays } from '@keytrail/shared/policy';
import { english } from '@keytrail/shared/rule-sentence';
import { ToggleGroup } from 'radix-ui';
import { useId } from 'react';
import { Button } from '../../../ui/button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { ControlError, InlineInput, SentenceLine } from './inline-controls.tsx';
import type { RuleFormProps } from './rule-form-props.ts';
import { TimeZoneField } from './time-zone-field.tsx';

const text = strings.policies.form;
const workdays = weekdays.slice(0, 5);

const presets: readonly { readonly name: string; readonly days: readonly Weekday[] }[] = [
  { name: text.weekdays, days: workdays },
  { name: text.everyDay, days: weekdays },
  { name: text.weekends, days: weekdays.slice(5) },
];

/** An end before the start lies on the next day; the sentence below says so. */
export function TimeWindowForm({ draft, errors, onChange }: RuleFormProps<'time_window'>) {
  const id = useId();
  const allDay = draft.start === '00:00' && draft.end === '24:00';
  return (
    <>
      <Days
        days={draft.days}
        error={errors.days}
        errorId={`${id}-days`}
        onChange={(days) => onChange({ ...draft, days }, 'days')}
      />
      <SentenceLine>
        <span>{text.from}</span>
        <InlineInput
          type="time"
          label={text.from}
          value={draft.start}
          disabled={allDay}
          invalid={errors.start !== undefined}
          describedBy={`${id}-start`}
          onChange={(start) => onChange({ ...draft, start }, 'start')}
        />
        <span>{text.to.toLowerCase()}</span>
        <InlineInput
          type="time"
          label={text.to}
          // A clock has no 24:00; only the whole day ends there.
          value={draft.end === '24:00' ? '00:00' : draft.end}
          disabled={allDay}
          invalid={errors.end !== undefined}
          describedBy={`${id}-end`}
          onChange={(end) => onChange({ ...draft, end }, 'end')}
        />
        <label className="flex items-center gap-1.5 text-mute">
          <input
            type="checkbox"
            checked={allDay}
            onChange={() =>
              onChange({ ...draft, start: allDay ? '09:00' : '00:00', end: allDay ? '17:00' : '24:00' }, 'end')
            }
            className="size-3.5 accent-accent"
          />
          {text.allDay}
        </label>
        <TimeZoneField
          value={draft.timeZone}
          error={errors.timeZone !== undefined}
          errorId={`${id}-zone`}
          onChange={(timeZone) => onChange({ ...draft, timeZone }, 'timeZone')}
        />
      </SentenceLine>
      <ControlError id={`${id}-start`}>{errors.start}</ControlError>
      <ControlError id={`${id}-end`}>{errors.end}</ControlError>
      <ControlError id={`${id}-zone`}>{errors.timeZone}</ControlError>
    </>
  );
}

interface DaysProps {
  readonly days: readonly Weekday[];
  readonly error: string | undefined;
  readonly errorId: string;
  readonly onChange: (days: readonly Weekday[]) => void;
}

function Days({ days, error, errorId, onChange }: DaysProps) {
  return (
    <>
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">
        <ToggleGroup.Root
          type="multiple"
          aria-label={text.days}
          aria-describedby={error === undefined ? undefined : errorId}
          value={[...days]}
          onValueChange={(chosen) => onChange(weekdays.filter((day) => chosen.includes(day)))}
          className="inline-flex flex-wrap gap-1"
        >
          {weekdays.map((day) => (
            <ToggleGroup.Item
              key={day}
              value={day}
              title={text.dayNames[day]}
              data-invalid={error === undefined ? undefined : ''}
              className={joinClasses(
                'h-8 min-w-10 rounded-md border border-control bg-panel px-1.5 text-xs text-mute transition-colors hover:border-mute hover:text-ink data-invalid:border-red',
                'data-[state=on]:border-transparent data-[state=on]:bg-accent data-[state=on]:font-medium data-[state=on]:text-on-accent',
              )}
            >
              {english.days[day]}
            </ToggleGroup.Item>
          ))}
        </ToggleGroup.Root>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around three small buttons. */}
        <span role="group" aria-label={text.dayPresets} className="-ms-1 flex flex-wrap">
          {presets.map((preset) => (
            <Button
              key={preset.name}
              size="small"
              variant="ghost"
              aria-pressed={preset.days.join() === days.join()}
              onClick={() => onChange(preset.days)}
              className="aria-pressed:text-accent"
            >
              {preset.name}
            </Button>
          ))}
        </span>
      </div>
      <ControlError id={errorId}>{error}</ControlError>
    </>
  );
}
