// The filter bar: the filters that people reach for first, those that are on, and a menu with the others.

import { countedValuesMax, type EventFilter, type EventType, eventTypes, type FacetName } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { toIpRange } from '@keytrail/shared/ip-range';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import type { DateRange } from '../../../ui/date-range.ts';
import { DateRangeMenu } from '../../../ui/date-range-menu.tsx';
import { EventGlyph } from '../../../ui/event-icon.tsx';
import { FilterMenu } from '../../../ui/filter-menu.tsx';
import type { FilterOption } from '../../../ui/filter-option.tsx';
import { FilterSearchMenu } from '../../../ui/filter-search-menu.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { ipsMax } from './audit-search.ts';
import { toFilterOptions } from './filter-options.ts';
import { MoreFilters } from './more-filters.tsx';
import { TextFilter } from './text-filter.tsx';
import type { Facets } from './use-facets.ts';
import type { KnownValues } from './use-known-values.ts';

const text = strings.filters;

interface FilterBarProps {
  readonly filter: EventFilter;
  readonly range: DateRange;
  readonly known: KnownValues;
  readonly facets: Facets | undefined;
  readonly onChange: (name: FacetName, values: string[]) => void;
  readonly onTextChange: (text: string) => void;
  readonly onRangeChange: (range: DateRange) => void;
  readonly onClear: () => void;
  /** Stands at the end. */
  readonly children: ReactNode;
}

const firstNames = ['services', 'agentIds'] as const;
const otherNames = ['credentialIds', 'proxyIds', 'outcomes', 'clients', 'ips', 'rules', 'policyIds'] as const;

/** Values within a filter are alternatives, filters add up. Each filter that is on is a chip that takes it back. */
export function FilterBar(props: FilterBarProps) {
  const { filter, range, facets, onChange } = props;
  /** The filter whose menu is open, of those that show only while they are on. */
  const [opened, setOpened] = useState<FacetName>();
  const more = useRef<HTMLButtonElement>(null);
  const isOn = (name: FacetName) => (filter[name]?.length ?? 0) > 0;
  const shown = otherNames.filter((name) => isOn(name) || name === opened);
  const hidden = otherNames.filter((name) => !shown.includes(name) && isOffered(name, facets));

  // A chip goes with its last value; the focus that it had goes to where it came from.
  const shownBefore = useRef(shown.length);
  useEffect(() => {
    if (shown.length < shownBefore.current && document.activeElement === document.body) more.current?.focus();
    shownBefore.current = shown.length;
  }, [shown.length]);

  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
      <legend className="sr-only">{shared.eventFilter.label}</legend>
      {(['types', 'sources'] as const).map((name) => (
        <FilterMenu
          key={name}
          name={text.names[name]}
          options={toOptions(props, name)}
          chosen={filter[name] ?? []}
          onChange={(values) => onChange(name, values)}
        />
      ))}
      {firstNames.map((name) => (
        <ValueFilter key={name} {...props} name={name} />
      ))}
      {shown.map((name) => (
        <ValueFilter
          key={name}
          {...props}
          name={name}
          startsOpen={name === opened}
          onOpen={() => setOpened(name)}
          onClosed={() => setOpened(undefined)}
        />
      ))}
      <DateRangeMenu range={range} onChange={props.onRangeChange} />
      <MoreFilters ref={more} names={hidden} onChoose={setOpened} />
      {(!isUnfiltered(filter) || range.kind !== 'all') && (
        <Button variant="ghost" size="small" onClick={props.onClear}>
          {shared.eventFilter.clear}
        </Button>
      )}
      <TextFilter value={filter.text ?? ''} onChange={props.onTextChange} />
      {props.children}
    </fieldset>
  );
}

/** Policies are offered once one has been evaluated. */
function isOffered(name: FacetName, facets: Facets | undefined): boolean {
  return name !== 'policyIds' || (facets?.values.policyIds.length ?? 0) > 0;
}

interface ValueFilterProps extends Pick<FilterBarProps, 'filter' | 'known' | 'facets' | 'onChange'> {
  readonly name: FacetName;
  readonly startsOpen?: boolean;
  readonly onOpen?: () => void;
  readonly onClosed?: () => void;
}

function ValueFilter(props: ValueFilterProps) {
  const { name, filter, facets, onChange } = props;
  return (
    <FilterSearchMenu
      name={text.names[name]}
      options={toOptions(props, name)}
      chosen={filter[name] ?? []}
      onChange={(values) => onChange(name, values)}
      none={facets === undefined ? text.unasked : text.none[name]}
      note={toNote(props)}
      entry={name === 'ips' && !isFull(props) ? ipEntry : undefined}
      startsOpen={props.startsOpen}
      onOpen={props.onOpen}
      onClosed={props.onClosed}
    />
  );
}

/** An address of the page holds no more ranges than this. */
function isFull({ name, filter }: ValueFilterProps): boolean {
  return name === 'ips' && (filter.ips?.length ?? 0) >= ipsMax;
}

function toNote(props: ValueFilterProps): string | undefined {
  if (isFull(props)) return text.full(ipsMax);
  return (props.facets?.values[props.name].length ?? 0) >= countedValuesMax ? text.most(countedValuesMax) : undefined;
}

const ipEntry = { placeholder: text.ipPlaceholder, parse: toIpRange, advice: text.ipAdvice };

function toOptions({ filter, known, facets }: Omit<ValueFilterProps, 'name' | 'onChange'>, name: FacetName) {
  const options = toFilterOptions(name, filter[name] ?? [], known[name] ?? [], facets);
  return name === 'types' ? options.map(withIcon) : options;
}

function withIcon(option: FilterOption<string>): FilterOption<string> {
  const type = eventTypes.find((candidate): candidate is EventType => candidate === option.value);
  return type === undefined ? option : { ...option, icon: <EventGlyph type={type} /> };
}
