// What the bar under the pointer, or under the keyboard, stands for.

import { Tooltip as Primitive } from 'radix-ui';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { toBarTime, toParts } from './bar-words.ts';
import type { Bar } from './bars.ts';
import { typeFills } from './type-fill.ts';

interface BarTooltipProps {
  readonly bar: Bar;
  /** Where the bar stands, in percent of the plot. */
  readonly center: number;
}

/** For the eyes only: the bar's own name says the same. */
export function BarTooltip({ bar, center }: BarTooltipProps) {
  return (
    <Primitive.Provider>
      <Primitive.Root open>
        <Primitive.Trigger asChild>
          <span aria-hidden style={{ left: `${center}%` }} className="pointer-events-none absolute top-0 h-19 w-px" />
        </Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            // Follows the bars without a pause of its own.
            key={bar.fromMs}
            side="bottom"
            sideOffset={4}
            collisionPadding={8}
            aria-hidden
            className="pointer-events-none z-50 rounded-md bg-ink px-2.5 py-1.5 text-xs text-canvas shadow-overlay"
          >
            <p className="font-medium whitespace-nowrap">{toBarTime(bar)}</p>
            {bar.total === 0 && <p>{strings.activity.count(0)}</p>}
            {toParts(bar).map(({ type, label, count }) => (
              <p key={type} className="flex items-center gap-1.5">
                <span
                  aria-hidden
                  className={joinClasses('size-2 rounded-[2px] outline outline-canvas/40', typeFills[type].swatch)}
                />
                <span className="flex-1">{label}</span>
                <span className="ps-4">{count.toLocaleString()}</span>
              </p>
            ))}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
