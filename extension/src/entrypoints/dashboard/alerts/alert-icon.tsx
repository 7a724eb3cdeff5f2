// The icon and colour of a kind of alert: blue for news, amber for what will need a hand, red for what is refused or broken.

import type { AlertKind } from '@keytrail/shared/alert';
import {
  Bot,
  CalendarClock,
  Hourglass,
  type LucideIcon,
  MapPin,
  MonitorSmartphone,
  RefreshCwOff,
  ShieldX,
} from 'lucide-react';
import { joinClasses } from '../../../ui/join-classes.ts';

const faces: Record<AlertKind, { readonly icon: LucideIcon; readonly tile: string }> = {
  first_use: { icon: Bot, tile: 'bg-blue-soft text-blue' },
  new_ip: { icon: MapPin, tile: 'bg-blue-soft text-blue' },
  new_client: { icon: MonitorSmartphone, tile: 'bg-blue-soft text-blue' },
  denial_burst: { icon: ShieldX, tile: 'bg-red-soft text-red' },
  grant_expiring: { icon: Hourglass, tile: 'bg-amber-soft text-amber' },
  credential_expiring: { icon: CalendarClock, tile: 'bg-amber-soft text-amber' },
  refresh_failing: { icon: RefreshCwOff, tile: 'bg-red-soft text-red' },
};

/** A tinted tile. It decorates: the sentence beside it says what happened. */
export function AlertIcon({ kind }: { readonly kind: AlertKind }) {
  const { icon: Icon, tile } = faces[kind];
  return (
    <span
      aria-hidden
      className={joinClasses('grid size-7 shrink-0 place-items-center rounded-md [&_svg]:size-4', tile)}
    >
      <Icon />
    </span>
  );
}
