// What a row of the log says beside its title: why an access was refused or wanted, who renewed a token in Keytrail's place, and what narrow
// columns hid.

import { eventSourceLabels, findRefreshWay } from '@keytrail/shared/event';
import { toDenialWords } from '../../../ui/event-words.ts';
import type { EventRow } from '../../../ui/fold-rows.ts';
import { StatedReason } from '../../../ui/stated-reason.tsx';

/** The denial in words with its rule's code, how a token was renewed, and the reason that the agent stated. */
export function Reason({ row }: { readonly row: EventRow }) {
  const denial = toDenialWords(row.event);
  const way = findRefreshWay(row.event);
  return (
    <>
      {way !== null && <span className="block truncate">{way}</span>}
      {denial !== null && (
        <span title={denial} className="block text-red">
          <span className="line-clamp-2">{denial}</span>
          <code className="block truncate font-mono text-2xs">{row.event.rule}</code>
        </span>
      )}
      <StatedReason row={row} />
    </>
  );
}

/** What the hidden columns hold, for narrow places. */
export function NarrowMeta({ row, client }: { readonly row: EventRow; readonly client: string | null }) {
  const { event } = row;
  const denial = toDenialWords(event);
  const way = findRefreshWay(event);
  return (
    <div className="min-w-0 text-xs @4xl:hidden">
      <p className="overflow-hidden text-ellipsis">
        {event.service !== undefined && (
          <span className="@md:hidden">
            <bdi className="inline-block max-w-40 truncate align-bottom">{event.service}</bdi>
            {' · '}
          </span>
        )}
        {eventSourceLabels[event.source]}
        {client !== null && (
          <span className="@2xl:hidden">
            {' · '}
            <bdi className="inline-block max-w-40 truncate align-bottom">{client}</bdi>
          </span>
        )}
        {event.clientIp !== undefined && (
          <>
            {' · '}
            <span className="font-mono text-2xs">{event.clientIp}</span>
          </>
        )}
        {way !== null && ` · ${way}`}
      </p>
      {denial !== null && (
        <p className="text-red">
          {denial} <code className="font-mono text-2xs">{event.rule}</code>
        </p>
      )}
      <StatedReason row={row} />
    </div>
  );
}
