// The names of the log's columns.

import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../../../ui/strings.ts';
import { shownFrom, trackClasses } from './log-columns.ts';

/** Stays at the top of the screen while its table is there. */
export function LogHead() {
  const { columns } = strings.eventList;
  const cell = 'px-2.5 py-1.75 not-last:text-start last:text-end';
  return (
    <thead className="sticky top-11.25 z-10 block rounded-t-lg bg-panel md:top-0">
      <tr
        aria-rowindex={1}
        className={joinClasses(trackClasses, 'border-b border-line text-xs text-faint [&>th]:font-medium')}
      >
        <th scope="col" className={cell}>
          {columns.event}
        </th>
        <th scope="col" className={joinClasses(cell, shownFrom.service)}>
          {columns.service}
        </th>
        <th scope="col" className={joinClasses(cell, shownFrom.source)}>
          {columns.source}
        </th>
        <th scope="col" className={joinClasses(cell, shownFrom.client)}>
          {columns.client}
        </th>
        <th scope="col" className={joinClasses(cell, shownFrom.ip)}>
          {columns.ip}
        </th>
        <th scope="col" className={joinClasses(cell, shownFrom.reason)}>
          {columns.reason}
        </th>
        <th scope="col" className={cell}>
          {columns.when}
        </th>
      </tr>
    </thead>
  );
}
