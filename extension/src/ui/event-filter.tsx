// The filter bar over events: type, source, service and agent, each multi-select, and on wide pages the time.

import {
  type EventFilter,
  type EventType,
  eventSourceLabels,
  eventSources,
  eventTypeLabels,
  eventTypes,
} from '@keytrail/shared/event';
import { Button } from './button.tsx';
import { chipClasses } from './chip.ts';
import type { DateRange } from './date-range.ts';
import { DateRangeMenu } from './date-range-menu.tsx';
import { EventGlyph } from './event-icon.tsx';
import { FilterMenu, type FilterOption, toggle } from './filter-menu.tsx';
import { strings } from './strings.ts';

export interface EventFilterBarProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
  readonly options: {
    readonly services: readonly string[];
    readonly agents: readonly { readonly id: string; readonly name: string }[];
  };
  /** A row of type chips and a row of small menus, for the popup. */
  readonly compact?: boolean | undefined;
  /** The time filter shows where both are given. */
  readonly range?: DateRange | undefined;
  readonly onRangeChange?: ((range: DateRange) => void) | undefined;
  /** Shows "Clear filters" while any filter is on. */
  readonly onClear?: (() => void) | undefined;
}

/** True when no filter narrows the list. */
export function isUnfiltered(filter: EventFilter): boolean {
  const { types, sources, services, agentIds, from, to } = filter;
  return (
    [types, sources, services, agentIds].every((values) => !values?.length) && from === undefined && to === undefined
  );
}

/** Values within a filter are alternatives, filters add up; a filter without values is absent. */
export function EventFilterBar(props: EventFilterBarProps) {
  return props.compact ? <CompactBar {...props} /> : <WideBar {...props} />;
}

const typeOptions = eventTypes.map((type) => ({
  value: type,
  label: eventTypeLabels[type],
  icon: <EventGlyph type={type} />,
}));
const sourceOptions = eventSources.map((source) => ({ value: source, label: eventSourceLabels[source] }));

function WideBar(props: EventFilterBarProps) {
  const { filter, onChange, range, onRangeChange, onClear } = props;
  const narrowed = !isUnfiltered(filter) || (range !== undefined && range.kind !== 'all');
  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-1.5">
      <legend className="sr-only">{strings.eventFilter.label}</legend>
      <FilterMenu
        name={strings.eventFilter.type}
        options={typeOptions}
        chosen={filter.types ?? []}
        onChange={(types) => onChange(withMember(filter, 'types', types))}
      />
      <SharedMenus {...props} />
      {range !== undefined && onRangeChange !== undefined && <DateRangeMenu range={range} onChange={onRangeChange} />}
      {narrowed && onClear !== undefined && (
        <Button variant="ghost" size="small" onClick={onClear}>
          {strings.eventFilter.clear}
        </Button>
      )}
    </fieldset>
  );
}

function CompactBar(props: EventFilterBarProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="sr-only">{strings.eventFilter.label}</legend>
      <TypeChips {...props} />
      <div className="flex min-w-0 flex-nowrap -m-1 gap-1 overflow-hidden p-1">
        <SharedMenus {...props} />
      </div>
    </fieldset>
  );
}

function TypeChips({ filter, onChange }: EventFilterBarProps) {
  const chosen = filter.types ?? [];
  const toChip = (on: boolean) => `${chipClasses(on, true)} flex-auto justify-center`;
  return (
    <div className="flex min-w-0 flex-wrap gap-0.75">
      <button
        type="button"
        aria-pressed={chosen.length === 0}
        onClick={() => onChange(withMember(filter, 'types', []))}
        className={toChip(chosen.length === 0)}
      >
        {strings.eventFilter.all}
      </button>
      {eventTypes.map((type: EventType) => (
        <button
          key={type}
          type="button"
          title={eventTypeLabels[type]}
          aria-pressed={chosen.includes(type)}
          onClick={() => onChange(withMember(filter, 'types', toggle(chosen, type)))}
          className={toChip(chosen.includes(type))}
        >
          {strings.eventTypesShort[type]}
        </button>
      ))}
    </div>
  );
}

function SharedMenus({ filter, onChange, options }: EventFilterBarProps) {
  const { eventFilter } = strings;
  return (
    <>
      <FilterMenu
        name={eventFilter.source}
        options={sourceOptions}
        chosen={filter.sources ?? []}
        onChange={(sources) => onChange(withMember(filter, 'sources', sources))}
      />
      <FilterMenu
        name={eventFilter.service}
        options={withChosen(
          options.services.map((service) => ({ value: service, label: service })),
          filter.services,
          (service) => service,
        )}
        chosen={filter.services ?? []}
        onChange={(services) => onChange(withMember(filter, 'services', services))}
        none={eventFilter.noServices}
      />
      <FilterMenu
        name={eventFilter.agent}
        options={withChosen(
          options.agents.map(({ id, name }) => ({ value: id, label: name })),
          filter.agentIds,
          eventFilter.unknownAgent,
        )}
        chosen={filter.agentIds ?? []}
        onChange={(agentIds) => onChange(withMember(filter, 'agentIds', agentIds))}
        none={eventFilter.noAgents}
      />
    </>
  );
}

/** A link may choose what the options do not know, such as an agent that is gone: it must show, to be removable. */
function withChosen(
  options: readonly FilterOption<string>[],
  chosen: readonly string[] | undefined,
  toLabel: (value: string) => string,
): FilterOption<string>[] {
  const unknown = (chosen ?? []).filter((value) => !options.some((option) => option.value === value));
  return [...options, ...unknown.map((value) => ({ value, label: toLabel(value) }))];
}

function withMember<Name extends 'types' | 'sources' | 'services' | 'agentIds'>(
  filter: EventFilter,
  name: Name,
  values: NonNullable<EventFilter[Name]>,
): EventFilter {
  const { [name]: _replaced, ...others } = filter;
  return values.length === 0 ? others : { ...others, [name]: values };
}
