// The icon and colour of an event type: green key, blue bot, blue refresh, red shield, grey gear.

import { type EventType, eventTypeLabels } from '@keytrail/shared/event';
import { Bot, KeyRound, type LucideIcon, RefreshCw, Settings, ShieldX } from 'lucide-react';
import { joinClasses } from './join-classes.ts';

interface Face {
  readonly icon: LucideIcon;
  readonly tile: string;
  readonly ink: string;
}

const green = { tile: 'bg-green-soft text-green', ink: 'text-green' };
const blue = { tile: 'bg-blue-soft text-blue', ink: 'text-blue' };

const faces: Record<EventType, Face> = {
  secret_access: { icon: KeyRound, ...green },
  agent_access: { icon: Bot, ...blue },
  token_refresh: { icon: RefreshCw, ...blue },
  policy_denied: { icon: ShieldX, tile: 'bg-red-soft text-red', ink: 'text-red' },
  vault_change: { icon: Settings, tile: 'bg-sunken text-mute', ink: 'text-mute' },
};

/** A tinted tile with the type's icon. It decorates: the type is said in words beside it. */
export function EventIcon({ type, small = false }: { readonly type: EventType; readonly small?: boolean }) {
  const { icon: Icon, tile } = faces[type];
  return (
    <span
      aria-hidden
      title={eventTypeLabels[type]}
      className={joinClasses(
        'grid shrink-0 place-items-center',
        small ? 'size-6 rounded-sm [&_svg]:size-3.5' : 'size-7 rounded-md [&_svg]:size-4',
        tile,
      )}
    >
      <Icon />
    </span>
  );
}

/** The bare icon in its colour, for menus and chips. */
export function EventGlyph({ type }: { readonly type: EventType }) {
  const { icon: Icon, ink } = faces[type];
  return <Icon aria-hidden className={joinClasses('size-3.5 shrink-0', ink)} />;
}
