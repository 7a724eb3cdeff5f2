// The drawing of a replay: a bar a day, what passed and what would have been blocked.

import { AxisBottom } from '@visx/axis';
import { useParentSize } from '@visx/responsive';
import { scaleBand, scaleLinear } from '@visx/scale';
import { BarStack } from '@visx/shape';
import { strings } from '../strings.ts';
import { type ReplayDay, toDayText } from './replay.ts';

const text = strings.policies.replayPanel;
const plotPx = 84;
const axisPx = 18;
/** A single use among thousands must still be seen. */
const visiblePx = 2;
const tickPx = 64;

const fills = { passed: 'fill-blue', blocked: 'fill-red' } as const;

interface ReplayBarsProps {
  readonly days: readonly ReplayDay[];
  /** The day under the pointer, for whoever says it in words; null when there is none. */
  readonly onHover: (day: ReplayDay | null) => void;
}

/** For the eyes; the table says the same. */
export function ReplayBars({ days, onHover }: ReplayBarsProps) {
  const { parentRef, width } = useParentSize({ debounceTime: 50, initialSize: { width: 0, height: 0 } });
  const max = Math.max(1, ...days.map(({ judged }) => judged));
  const room = plotPx - 2 * visiblePx;
  const toPx = (count: number) => (count === 0 ? 0 : visiblePx + (count / max) * (room - 4));
  const drawn = days.map(({ day, judged, blocked }) => ({
    day,
    passed: toPx(judged - blocked),
    blocked: toPx(blocked),
  }));
  const x = scaleBand({
    domain: days.map(({ day }) => day),
    range: [0, width],
    paddingInner: 0.18,
    paddingOuter: 0.09,
  });
  const y = scaleLinear({ domain: [0, plotPx], range: [plotPx, 0] });
  const every = Math.max(1, Math.ceil((days.length * tickPx) / Math.max(width, tickPx)));
  const barPx = Math.min(x.bandwidth(), 32);
  return (
    // Time runs from left to right in every language.
    <div
      ref={parentRef}
      dir="ltr"
      role="img"
      aria-label={text.chart}
      className="h-26 min-w-0"
      onPointerLeave={() => onHover(null)}
      onPointerMove={(event) => {
        const { left } = event.currentTarget.getBoundingClientRect();
        const index = Math.floor(((event.clientX - left) / Math.max(1, width)) * days.length);
        onHover(days[index] ?? null);
      }}
    >
      {width > 0 && (
        <svg aria-hidden width={width} height={plotPx + axisPx} className="block overflow-visible">
          <line x1={0} x2={width} y1={plotPx} y2={plotPx} className="stroke-line" />
          <BarStack<(typeof drawn)[number], keyof typeof fills>
            data={drawn}
            keys={['passed', 'blocked']}
            x={({ day }) => day}
            xScale={x}
            yScale={y}
            color={() => ''}
          >
            {(stacks) =>
              stacks.flatMap(({ bars, key }) =>
                bars
                  .filter(({ height }) => height > 0)
                  .map((bar) => (
                    <rect
                      key={`${key}-${bar.index}`}
                      x={bar.x + (bar.width - barPx) / 2}
                      y={bar.y}
                      width={barPx}
                      height={Math.max(1.5, bar.height - 0.75)}
                      rx={Math.min(1.5, barPx / 4)}
                      className={fills[key]}
                    />
                  )),
              )
            }
          </BarStack>
          <AxisBottom
            scale={x}
            top={plotPx}
            tickValues={days.filter((_, index) => (days.length - 1 - index) % every === 0).map(({ day }) => day)}
            tickFormat={(day) => toDayText(day, 'short')}
            hideAxisLine
            hideTicks
            tickLength={0}
            tickLabelProps={(_, index, ticks) => ({
              dy: 12,
              // The last day stands at the edge.
              textAnchor: index === ticks.length - 1 ? 'end' : 'middle',
              className: 'fill-faint text-2xs',
            })}
          />
        </svg>
      )}
    </div>
  );
}
