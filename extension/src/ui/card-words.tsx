// What a card says beneath the title of its event: what went wrong, what was done, by which program, from where.

import { findRefreshWay } from '@keytrail/shared/event';
import { toRowDeed } from './deed-words.ts';
import { toClientWords, toSubject } from './event-words.ts';
import type { EventRow } from './fold-rows.ts';
import { toRowTrouble } from './trouble-words.ts';

/** In the colour of errors, with the code of the rule that refused. */
export function Trouble({ row }: { readonly row: EventRow }) {
  const words = toRowTrouble(row);
  if (words === null) return null;
  return (
    <p title={words} className="user-text line-clamp-3 text-xs text-red">
      {words} <code className="font-mono text-2xs whitespace-nowrap">{row.event.rule}</code>
    </p>
  );
}

/** In one line where there is room: a change's subject, what was done, by which program, from where. */
export function CardMeta({ row }: { readonly row: EventRow }) {
  const { event } = row;
  const subject = event.type === 'vault_change' ? toSubject(event) : null;
  const parts = [subject, toRowDeed(row), toClientWords(event), findRefreshWay(event)].filter((part) => part !== null);
  if (parts.length === 0 && event.clientIp === undefined) return null;
  return (
    <p className="flex min-w-0 flex-wrap gap-x-1.5 text-xs text-mute">
      {parts.map((part) => (
        <span key={part} className="flex max-w-full min-w-0 gap-x-1.5 after:content-['·'] last:after:hidden">
          <span dir="auto" title={part} className="user-text truncate">
            {part}
          </span>
        </span>
      ))}
      {event.clientIp !== undefined && <span className="font-mono text-2xs leading-4.5">{event.clientIp}</span>}
    </p>
  );
}
