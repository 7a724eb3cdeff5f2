// What a row of the log says beside its title: why an access was refused, failed or was wanted, who renewed a token in
// Keytrail's place, and what narrow columns hid.

import { eventSourceLabels, findRefreshWay } from '@keytrail/shared/event';
import type { EventRow } from '../../../ui/fold-rows.ts';
import { StatedReason } from '../../../ui/stated-reason.tsx';
import { toRowTrouble } from '../../../ui/trouble-words.ts';

/** What went wrong, with the code of the rule that refused, how a token was renewed, and the agent's stated reason. */
export function Reason({ row }: { readonly row: EventRow }) {
  const trouble = toRowTrouble(row);
  const way = findRefreshWay(row.event);
  return (
    <>
      {way !== null && <span className="block truncate">{way}</span>}
      {trouble !== null && (
        <span title={trouble} className="block text-red">
          <span className="line-clamp-2">{trouble}</span>
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
  const trouble = toRowTrouble(row);
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
      {trouble !== null && (
        <p className="text-red">
          {trouble} <code className="font-mono text-2xs">{event.rule}</code>
        </p>
      )}
      <StatedReason row={row} />
    </div>
  );
}
