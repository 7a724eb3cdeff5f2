// A short text that shows on hover and on keyboard focus.

import { Tooltip as Primitive } from 'radix-ui';
import type { ReactElement } from 'react';

interface TooltipProps {
  readonly text: string;
  /** One element that takes a ref and pointer and focus handlers. */
  readonly children: ReactElement;
}

/** Wraps one element; the text is also its description for screen readers while shown. */
export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Primitive.Provider delayDuration={250} skipDelayDuration={400}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Bubble text={text} />
      </Primitive.Root>
    </Primitive.Provider>
  );
}

/**
 * A tooltip that is open as long as it is there, for callers that watch the pointer and the focus themselves.
 * @param props.id names the description, for `aria-describedby` on the element that has the focus.
 */
export function OpenTooltip({ id, text, children }: TooltipProps & { readonly id: string }) {
  return (
    <Primitive.Provider>
      <Primitive.Root open>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Bubble text={text} />
      </Primitive.Root>
      <span id={id} hidden>
        {text}
      </span>
    </Primitive.Provider>
  );
}

function Bubble({ text }: { readonly text: string }) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={5}
        collisionPadding={8}
        className="z-50 max-w-72 animate-appear rounded-sm bg-ink px-2 py-1 text-xs text-canvas shadow-overlay"
      >
        {text}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
