// The time filter: presets that end now, or a range of one's own.

import { Check } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { Button } from './button.tsx';
import { type DateRange, fromLocalField, isLastSpan, lastSpans, toLocalField } from './date-range.ts';
import { inputClasses } from './field.tsx';
import { FilterChip } from './filter-chip.tsx';
import { FilterTriggerFace, filterTriggerClasses } from './filter-trigger.tsx';
import { joinClasses } from './join-classes.ts';
import { menuItemClasses, overlayClasses } from './menu.tsx';
import { toRangeWords } from './range-words.ts';
import { strings } from './strings.ts';
import { useLandmark } from './use-landmark.ts';

interface DateRangeMenuProps {
  readonly range: DateRange;
  readonly onChange: (range: DateRange) => void;
}

const presets: readonly DateRange[] = [
  ...Object.keys(lastSpans)
    .filter(isLastSpan)
    .map((span) => ({ kind: 'last', span }) as const),
  { kind: 'all' },
];

/** A chip that says the range and opens the choices. */
export function DateRangeMenu({ range, onChange }: DateRangeMenuProps) {
  const landmark = useLandmark();
  const [open, setOpen] = useState(false);
  const active = range.kind !== 'all';
  const words = toRangeWords(range);

  function choose(next: DateRange) {
    onChange(next);
    setOpen(false);
  }

  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <FilterChip name={strings.eventFilter.range} active={active} onRemove={() => onChange({ kind: 'all' })}>
        <Popover.Trigger
          aria-label={strings.eventFilter.active(strings.eventFilter.range, words)}
          className={filterTriggerClasses(active)}
        >
          <FilterTriggerFace words={words} active={active} />
        </Popover.Trigger>
      </FilterChip>
      <Popover.Portal container={landmark}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={strings.eventFilter.range}
          className={joinClasses(overlayClasses, 'w-60')}
        >
          {presets.map((preset) => (
            <Preset key={toRangeWords(preset)} preset={preset} range={range} onChoose={choose} />
          ))}
          <CustomRange range={range} onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface PresetProps {
  readonly preset: DateRange;
  readonly range: DateRange;
  readonly onChoose: (range: DateRange) => void;
}

function Preset({ preset, range, onChoose }: PresetProps) {
  const chosen = toRangeWords(preset) === toRangeWords(range);
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={() => onChoose(preset)}
      className={joinClasses(menuItemClasses, 'hover:bg-accent-soft hover:text-accent')}
    >
      <span className="flex-1">{toRangeWords(preset)}</span>
      {chosen && <Check aria-hidden className="size-3.5" />}
    </button>
  );
}

function CustomRange({ range, onChoose }: Omit<PresetProps, 'preset'>) {
  const custom = range.kind === 'custom' ? range : undefined;
  const [from, setFrom] = useState(toLocalField(custom?.from));
  const [to, setTo] = useState(toLocalField(custom?.to));
  const next = { from: fromLocalField(from, custom?.from), to: fromLocalField(to, custom?.to) };
  const reversed = next.from !== undefined && next.to !== undefined && Date.parse(next.from) >= Date.parse(next.to);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!reversed)
      onChoose(next.from === undefined && next.to === undefined ? { kind: 'all' } : { kind: 'custom', ...next });
  }

  return (
    <form onSubmit={submit} className="-mx-1 mt-1 flex flex-col gap-2 border-t border-hairline px-3 pt-2.5 pb-2">
      <p className="eyebrow">{strings.dateRange.custom}</p>
      <Bound name={strings.dateRange.from} value={from} onChange={setFrom} />
      <Bound name={strings.dateRange.to} value={to} onChange={setTo} />
      {reversed && (
        <p role="alert" className="text-xs text-red">
          {strings.dateRange.reversed}
        </p>
      )}
      <Button type="submit" size="small" variant="primary" disabled={reversed}>
        {strings.dateRange.apply}
      </Button>
    </form>
  );
}

interface BoundProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Bound({ name, value, onChange }: BoundProps) {
  return (
    <label className="flex items-center gap-2 text-xs text-mute">
      <span className="w-9 shrink-0">{name}</span>
      <input
        type="datetime-local"
        value={value}
        max="9999-12-31T23:59"
        onChange={(event) => onChange(event.target.value)}
        className={joinClasses(inputClasses, 'h-7 min-w-0 flex-1 px-1.5 text-xs')}
      />
    </label>
  );
}
