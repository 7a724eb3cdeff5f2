// The drawing of the chart, and the list of bars that keyboard and screen reader work with.

import { type EventType, eventTypes } from '@keytrail/shared/event';
import { AxisBottom } from '@visx/axis';
import { useParentSize } from '@visx/responsive';
import { scaleBand, scaleLinear } from '@visx/scale';
import { BarStack } from '@visx/shape';
import { useId, useMemo, useState } from 'react';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { BarTooltip } from './bar-tooltip.tsx';
import { toBarName, toTicks } from './bar-words.ts';
import type { Bar } from './bars.ts';
import type { Span } from './brush.ts';
import { typeFills } from './type-fill.ts';
import type { Activity } from './use-activity.ts';
import { useBrush } from './use-brush.ts';

const text = strings.activity;
const plotPx = 76;
const axisPx = 20;
/** A single event among thousands must still be seen. */
const visiblePx = 2.5;

interface ActivityBarsProps {
  readonly activity: Activity;
  readonly onChoose: (first: Bar, last: Bar) => void;
}

/** A list box over the drawing: one stop of the Tab key, the arrows move within. */
export function ActivityBars({ activity, onChoose }: ActivityBarsProps) {
  const { bars, bucket } = activity;
  const { parentRef, width } = useParentSize({ debounceTime: 50, initialSize: { width: 0, height: 0 } });
  const id = useId();
  const [focused, setFocused] = useState(false);
  const { brush, span, shown, handlers } = useBrush(bars.length, ([first, last]) => {
    const [from, to] = [bars[first], bars[last]];
    // All of them are what is shown already.
    if (from !== undefined && to !== undefined && last - first < bars.length - 1) onChoose(from, to);
  });
  const shownBar = shown === null ? undefined : bars[shown];
  return (
    // Time runs from left to right in every language.
    <div ref={parentRef} dir="ltr" className="relative h-full">
      <Drawing activity={activity} width={width} span={span} shown={shown} />
      <div
        role="listbox"
        aria-label={text.bars(text.by[bucket])}
        aria-multiselectable
        aria-orientation="horizontal"
        aria-describedby={`${id}-keys`}
        aria-activedescendant={brush.active === null ? undefined : `${id}-${brush.active}`}
        tabIndex={0}
        {...handlers}
        onFocus={(event) => setFocused(event.currentTarget.matches(':focus-visible'))}
        onBlur={() => {
          setFocused(false);
          handlers.onBlur();
        }}
        style={{ height: plotPx }}
        className="absolute inset-x-0 top-0 flex cursor-crosshair touch-pan-y rounded-sm select-none"
      >
        {bars.map((bar, index) => (
          <div
            key={bar.fromMs}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={span !== null && index >= span[0] && index <= span[1]}
            aria-label={toBarName(bar)}
            // The pointer is the list box’s: a pressed option would take the focus from it.
            className="pointer-events-none h-full flex-1"
          />
        ))}
      </div>
      <p
        id={`${id}-keys`}
        className={joinClasses('pointer-events-none absolute start-0 -top-6 text-2xs text-mute', !focused && 'sr-only')}
      >
        <span aria-hidden>{text.keys}</span>
        <span className="sr-only">{text.keysSpoken}</span>
      </p>
      {shownBar !== undefined && shown !== null && (
        <BarTooltip bar={shownBar} center={((shown + 0.5) / bars.length) * 100} />
      )}
    </div>
  );
}

interface DrawingProps {
  readonly activity: Activity;
  readonly width: number;
  readonly span: Span | null;
  readonly shown: number | null;
}

function Drawing({ activity: { bars, bucket }, width, span, shown }: DrawingProps) {
  const indexes = useMemo(() => bars.map((_, index) => index), [bars]);
  const max = Math.max(...bars.map(({ total }) => total));
  const drawn = useMemo(() => bars.map((bar, index) => ({ index, ...toHeights(bar, max) })), [bars, max]);
  const ticks = useMemo(() => toTicks(bars, bucket, width), [bars, bucket, width]);
  if (width === 0) return null;
  const x = scaleBand({ domain: indexes, range: [0, width], paddingInner: 0.18, paddingOuter: 0.09 });
  const y = scaleLinear({ domain: [0, plotPx], range: [plotPx, 0] });
  const step = width / bars.length;
  const barPx = Math.min(x.bandwidth(), 48);
  return (
    <svg aria-hidden width={width} height={plotPx + axisPx} className="block overflow-visible">
      <line x1={0} x2={width} y1={plotPx} y2={plotPx} className="stroke-line" />
      {span !== null && (
        <rect
          x={span[0] * step}
          width={(span[1] - span[0] + 1) * step}
          height={plotPx}
          rx={3}
          className="fill-accent-soft stroke-accent"
        />
      )}
      {span === null && shown !== null && (
        <rect x={shown * step} width={step} height={plotPx} className="fill-sunken" />
      )}
      <BarStack<(typeof drawn)[number], EventType>
        data={drawn}
        keys={[...eventTypes]}
        x={({ index }) => index}
        xScale={x}
        yScale={y}
        color={() => ''}
      >
        {(stacks) =>
          stacks.flatMap(({ bars: parts, key }) =>
            parts
              .filter(({ height }) => height > 0)
              .map((part) => (
                <rect
                  key={`${key}-${part.index}`}
                  x={part.x + (part.width - barPx) / 2}
                  y={part.y}
                  width={barPx}
                  // A hairline between one type and the next.
                  height={Math.max(1.5, part.height - 0.75)}
                  rx={Math.min(1.5, barPx / 4)}
                  className={typeFills[key].bar}
                />
              )),
          )
        }
      </BarStack>
      <AxisBottom
        scale={x}
        top={plotPx}
        tickValues={[...ticks.keys()]}
        tickFormat={(index) => ticks.get(Number(index)) ?? ''}
        hideAxisLine
        hideTicks
        tickLength={0}
        tickLabelProps={() => ({ dy: 13, textAnchor: 'middle', className: 'fill-faint text-2xs' })}
      />
    </svg>
  );
}

/** Pixels by type: to scale, but never too little to be seen. */
function toHeights({ counts }: Bar, max: number): Record<EventType, number> {
  const room = plotPx - 4 - visiblePx * eventTypes.length;
  const toPx = (count: number) => (count === 0 ? 0 : visiblePx + (count / max) * room);
  return {
    secret_access: toPx(counts.secret_access ?? 0),
    agent_access: toPx(counts.agent_access ?? 0),
    token_refresh: toPx(counts.token_refresh ?? 0),
    policy_denied: toPx(counts.policy_denied ?? 0),
    vault_change: toPx(counts.vault_change ?? 0),
  };
}
