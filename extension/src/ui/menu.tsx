// A menu of actions under a button.

import type { LucideIcon } from 'lucide-react';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';
import { useLandmark } from './use-landmark.ts';

/** The ground that menus and popovers share. */
export const overlayClasses =
  'z-50 animate-appear rounded-lg border border-line bg-raised p-1 shadow-overlay max-w-[calc(100vw-1rem)] outline-none';

/** One entry of a menu or a list of choices. */
export const menuItemClasses =
  'flex w-full cursor-pointer items-center gap-2 rounded-sm px-2 py-1.25 text-start text-sm text-ink outline-none select-none data-[highlighted]:bg-accent-soft data-[highlighted]:text-accent data-[disabled]:cursor-not-allowed data-[disabled]:opacity-50';

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  /** Which of its edges lies under the trigger's; the end by default, as at the end of a row. */
  readonly align?: 'start' | 'end';
  /** The menu has closed and the focus is about to return to the trigger, unless the event is prevented. */
  readonly onClosed?: ((event: Event) => void) | undefined;
}

/** Opens on press, Enter, Space and Down; closes on Escape. */
export function Menu({ trigger, children, align = 'end', onClosed }: MenuProps) {
  const landmark = useLandmark();
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal container={landmark}>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          {...(onClosed === undefined ? {} : { onCloseAutoFocus: onClosed })}
          className={joinClasses(
            overlayClasses,
            'max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto',
          )}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface MenuItemProps {
  readonly icon: LucideIcon;
  readonly danger?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

/** One action. */
export function MenuItem({ icon: Icon, danger = false, onSelect, children }: MenuItemProps) {
  return (
    <Primitive.Item
      onSelect={onSelect}
      className={joinClasses(
        menuItemClasses,
        danger && 'text-red data-[highlighted]:bg-red-soft data-[highlighted]:text-red',
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {children}
    </Primitive.Item>
  );
}

/** A hairline between groups of actions. */
export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-hairline" />;
}
