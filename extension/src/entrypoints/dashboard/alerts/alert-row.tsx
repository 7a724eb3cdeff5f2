// One alert: what happened and when, the way to its events, and the way to hear no more of its kind.

import { type AlertMute, type AlertSummary, alertKindLabels } from '@keytrail/shared/alert';
import { Link } from '@tanstack/react-router';
import { BellOff, Check, Ellipsis, List } from 'lucide-react';
import { useId } from 'react';
import { IconButton } from '../../../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { fromFilter } from '../audit/audit-search.ts';
import { strings } from '../strings.ts';
import { AlertIcon } from './alert-icon.tsx';

const text = strings.alerts;

interface AlertRowProps {
  readonly alert: AlertSummary;
  /** Its events are being shown. */
  readonly onOpen: () => void;
  readonly onSeen: () => void;
  readonly onMute: (mute: AlertMute) => void;
}

/** A row of the panel. What was not seen yet has a dot, and says so to who cannot see the dot. */
export function AlertRow({ alert, onOpen, onSeen, onMute }: AlertRowProps) {
  const isNew = alert.seenAt === null;
  const id = useId();
  return (
    <li className="flex items-start gap-2.5 rounded-md px-2 py-2 hover:bg-sunken">
      <AlertIcon kind={alert.kind} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-1.5 text-xs text-mute">
          {isNew && <span className="size-1.75 shrink-0 rounded-full bg-accent" />}
          {isNew && <span className="sr-only">{text.unseen}</span>}
          <span className="truncate">{alertKindLabels[alert.kind]}</span>
          <RelativeTime at={alert.createdAt} className="ms-auto shrink-0" />
        </p>
        <p id={id} dir="auto" className="user-text text-pretty">
          {alert.sentence}
        </p>
        <Link
          to="/audit"
          search={fromFilter(alert.filter)}
          onClick={onOpen}
          aria-describedby={id}
          className="mt-1 inline-flex items-center gap-1 rounded-sm text-xs font-medium text-accent hover:underline"
        >
          <List aria-hidden className="size-3.5" />
          {text.showInLog}
        </Link>
      </div>
      <Menu trigger={<IconButton icon={Ellipsis} label={strings.more(alertKindLabels[alert.kind])} />}>
        {isNew && (
          <MenuItem icon={Check} onSelect={onSeen}>
            {text.markSeen}
          </MenuItem>
        )}
        {isNew && <MenuSeparator />}
        <MenuItem icon={BellOff} onSelect={() => onMute({ kind: alert.kind, agentId: null, proxyId: null })}>
          {text.muteKind}
        </MenuItem>
        {(alert.agentId !== null || alert.proxyId !== null) && (
          <MenuItem
            icon={BellOff}
            onSelect={() => onMute({ kind: alert.kind, agentId: alert.agentId, proxyId: alert.proxyId })}
          >
            <span dir="auto" className="user-text max-w-56 truncate">
              {text.muteFor(alert.subject)}
            </span>
          </MenuItem>
        )}
      </Menu>
    </li>
  );
}
