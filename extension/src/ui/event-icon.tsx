// The icon and colour of an event type: green key, blue bot, blue refresh, red shield, grey gear.

import { type EventType, eventTypeLabels, eventTypes } from '@keytrail/shared/event';
import { Bot, KeyRound, type LucideIcon, RefreshCw, Settings, ShieldX } from 'lucide-react';
import { joinClasses } from './join-classes.ts';

interface Face {
  readonly icon: LucideIcon;
  /** The icon's own name, which its drawing has as a class. */
  readonly name: string;
  readonly tile: string;
  readonly ink: string;
}

const green = { tile: 'bg-green-soft text-green', ink: 'text-green' };
const blue = { tile: 'bg-blue-soft text-blue', ink: 'text-blue' };

const faces: Record<EventType, Face> = {
  secret_access: { icon: KeyRound, name: 'key-round', ...green },
  agent_access: { icon: Bot, name: 'bot', ...blue },
  token_refresh: { icon: RefreshCw, name: 'refresh-cw', ...blue },
  policy_denied: { icon: ShieldX, name: 'shield-x', tile: 'bg-red-soft text-red', ink: 'text-red' },
  vault_change: { icon: Settings, name: 'settings', tile: 'bg-sunken text-mute', ink: 'text-mute' },
};

interface EventIconProps {
  readonly type: EventType;
  readonly small?: boolean;
  /** Refers to the drawing that `EventDrawings` has put on the page. */
  readonly refers?: boolean;
}

/** A tinted tile with the type's icon. It decorates: the type is said in words beside it. */
export function EventIcon({ type, small = false, refers = false }: EventIconProps) {
  const { icon: Icon, name, tile } = faces[type];
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
      {refers ? (
        <svg aria-hidden className={`lucide-${name}`}>
          <use href={`#event-${type}`} />
        </svg>
      ) : (
        <Icon />
      )}
    </span>
  );
}

/** Each type's icon once, for a list to refer to: drawn anew in every row, icons are a third of its elements. */
export function EventDrawings() {
  return (
    <svg aria-hidden className="hidden">
      {eventTypes.map((type) => (
        <EventDrawing key={type} type={type} />
      ))}
    </svg>
  );
}

function EventDrawing({ type }: { readonly type: EventType }) {
  const { icon: Icon } = faces[type];
  return (
    <symbol id={`event-${type}`} viewBox="0 0 24 24">
      <Icon />
    </symbol>
  );
}

/** The bare icon in its colour, for menus and chips. */
export function EventGlyph({ type }: { readonly type: EventType }) {
  const { icon: Icon, ink } = faces[type];
  return <Icon aria-hidden className={joinClasses('size-3.5 shrink-0', ink)} />;
}
