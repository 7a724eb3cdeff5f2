// A combobox of time zones: type a city, choose with the arrows, Enter takes it.

import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { menuItemClasses, overlayClasses } from '../../../ui/menu.tsx';
import { useLandmark } from '../../../ui/use-landmark.ts';
import { strings } from '../strings.ts';
import { findZones, listZones, type Zone } from './time-zones.ts';

const text = strings.policies.form;

interface TimeZoneFieldProps {
  readonly value: string;
  readonly error: boolean;
  readonly errorId: string;
  readonly onChange: (zone: string) => void;
}

/** What was typed and is no zone goes back to the last one when the field is left. */
export function TimeZoneField({ value, error, errorId, onChange }: TimeZoneFieldProps) {
  const landmark = useLandmark();
  const id = useId();
  // Making the list costs a hundred milliseconds, and most forms never open it.
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const open = query !== null;
  const zones = useMemo(() => (open ? listZones(Date.now()) : []), [open]);
  const found = useMemo(() => findZones(zones, query ?? ''), [zones, query]);
  const input = useRef<HTMLInputElement>(null);

  const close = () => setQuery(null);
  function show() {
    setQuery('');
    setActive(0);
    input.current?.select();
  }
  function take(zone: Zone | undefined) {
    if (zone !== undefined) onChange(zone.name);
    close();
  }
  function onKeyDown(event: KeyboardEvent) {
    const { key } = event;
    if (key === 'Escape' && open) {
      event.stopPropagation();
      return close();
    }
    if (key === 'Enter' && open) {
      event.preventDefault();
      return take(found[active]);
    }
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    if (!open) return show();
    setActive(Math.max(0, Math.min(found.length - 1, active + step)));
  }

  return (
    <Popover.Root open={open} onOpenChange={(next) => !next && close()}>
      <Popover.Anchor asChild>
        <span className="relative inline-block w-56 max-w-full">
          <input
            ref={input}
            role="combobox"
            aria-label={text.zone}
            aria-expanded={open}
            aria-controls={open ? `${id}-list` : undefined}
            aria-autocomplete="list"
            aria-activedescendant={open && found.length > 0 ? `${id}-${active}` : undefined}
            aria-invalid={error || undefined}
            aria-describedby={error ? errorId : undefined}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            value={query === null || query === '' ? value : query}
            onClick={() => !open && show()}
            onChange={(event) => {
              setQuery(event.target.value);
              setActive(0);
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
            className={joinClasses(inputClasses, 'h-8 truncate pe-7')}
          />
          <ChevronDown
            aria-hidden
            className="pointer-events-none absolute end-2 top-1/2 size-3.5 -translate-y-1/2 text-mute"
          />
        </span>
      </Popover.Anchor>
      <Popover.Portal container={landmark}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={text.zone}
          // The focus stays where one types.
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (event.target instanceof Node && input.current?.contains(event.target)) event.preventDefault();
          }}
          className={joinClasses(overlayClasses, 'w-72')}
        >
          <p role="status" className="sr-only">
            {text.zonesFound(found.length)}
          </p>
          {found.length === 0 ? (
            <p className="px-2 py-1.5 text-xs text-mute">{text.noZone}</p>
          ) : (
            <Options id={id} zones={found} active={active} chosen={value} onTake={take} />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly zones: readonly Zone[];
  readonly active: number;
  readonly chosen: string;
  readonly onTake: (zone: Zone) => void;
}

function Options({ id, zones, active, chosen, onTake }: OptionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label={text.zone}
      tabIndex={-1}
      className="max-h-60 overflow-y-auto"
    >
      {zones.map((zone, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard works in the box above, which keeps the focus.
        <div
          key={zone.name}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={zone.name === chosen}
          data-highlighted={index === active ? '' : undefined}
          // Before the box loses the focus, and with it the list.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(zone)}
          className={joinClasses(menuItemClasses, 'justify-between hover:bg-sunken aria-selected:font-medium')}
        >
          <span dir="ltr" className="truncate">
            {zone.name}
          </span>
          <span className="shrink-0 text-xs text-mute">{zone.offset}</span>
        </div>
      ))}
    </div>
  );
}
