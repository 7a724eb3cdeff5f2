// The filter over events where there is little room: a chip for each type, and small menus for source, service and agent.

import { type EventFilter, eventSourceLabels, eventSources, eventTypeLabels, eventTypes } from '@keytrail/shared/event';
import { isUnfiltered } from '@keytrail/shared/event-match';
import { chipClasses } from './chip.ts';
import { FilterMenu } from './filter-menu.tsx';
import { type FilterOption, toggle } from './filter-option.tsx';
import { strings } from './strings.ts';

export interface EventFilterBarProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
  readonly options: {
    readonly services: readonly string[];
    readonly agents: readonly { readonly id: string; readonly name: string }[];
  };
}

const sourceOptions = eventSources.map((source) => ({ value: source, label: eventSourceLabels[source] }));

/** Values within a filter are alternatives, filters add up; a filter without values is absent. */
export function EventFilterBar(props: EventFilterBarProps) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="sr-only">{strings.eventFilter.label}</legend>
      <TypeChips {...props} />
      <div className="flex min-w-0 flex-nowrap -m-1 gap-1 overflow-hidden p-1">
        <Menus {...props} />
      </div>
    </fieldset>
  );
}

function TypeChips({ filter, onChange }: EventFilterBarProps) {
  const chosen = filter.types ?? [];
  // They fill a row together; one that is left over for the next row has its own width.
  const toChip = (on: boolean) => `${chipClasses(on, true)} max-w-1/3 flex-auto justify-center last:flex-none`;
  return (
    <div className="flex min-w-0 flex-wrap gap-0.75">
      <button
        type="button"
        aria-pressed={isUnfiltered(filter)}
        onClick={() => onChange({})}
        className={toChip(isUnfiltered(filter))}
      >
        {strings.eventFilter.all}
      </button>
      {eventTypes.map((type) => (
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

function Menus({ filter, onChange, options }: EventFilterBarProps) {
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

/** What was chosen may have left the options, such as the events of an agent that is gone: it must show, to be removable. */
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
