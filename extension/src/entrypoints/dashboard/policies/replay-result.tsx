// What a replay found: the number that counts, when, by which rule, and the events themselves.

import { denialRuleSentences } from '@keytrail/shared/event';
import { Link } from '@tanstack/react-router';
import { EventIcon } from '../../../ui/event-icon.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings } from '../strings.ts';
import type { Replay } from './replay.ts';
import { ReplayChart } from './replay-chart.tsx';

const text = strings.policies.replayPanel;

export function ReplayResult({ result }: { readonly result: Replay }) {
  const { judged, blocked, asked } = result;
  if (judged === 0) return <p className="rounded-md bg-sunken px-3 py-2.5 text-pretty text-mute">{text.none}</p>;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div role="status">
        <p className="text-lg font-semibold tracking-tight">{text.headline(blocked, judged)}</p>
        {asked > 0 && <p className="text-mute">{text.asked(asked)}</p>}
      </div>
      <ReplayChart byDay={result.byDay} />
      {result.byRule.length > 0 && <ByRule byRule={result.byRule} />}
      {result.events.length > 0 && <Events result={result} />}
    </div>
  );
}

function ByRule({ byRule }: Pick<Replay, 'byRule'>) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="eyebrow">{text.byRule}</h3>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1">
        {byRule.map(({ rule, count }) => (
          <div key={rule} className="contents">
            <dt className="min-w-0 text-mute">{denialRuleSentences[rule]}</dt>
            <dd className="text-end">{count.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Events({ result: { events, truncated } }: { readonly result: Replay }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h3 className="eyebrow">{text.events}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must take the focus. */}
      <ol aria-label={text.events} tabIndex={0} className="max-h-96 overflow-y-auto rounded-lg border border-line">
        {events.map((event) => (
          <li key={event.id} className="border-t border-hairline first:border-t-0">
            <EventLink event={event} />
          </li>
        ))}
      </ol>
      {truncated && <p className="text-xs text-mute">{text.truncated(events.length)}</p>}
    </section>
  );
}

function EventLink({ event }: { readonly event: Replay['events'][number] }) {
  return (
    <Link
      to="/audit"
      search={{ event: event.id }}
      className="flex min-w-0 items-center gap-2.25 px-2.5 py-1.5 -outline-offset-2 hover:bg-canvas"
    >
      <EventIcon type="policy_denied" small />
      <span className="min-w-0 flex-1">
        <span className="flex min-w-0 items-center gap-1.5">
          <span dir="auto" title={event.title} className="user-text truncate font-medium">
            {event.title}
          </span>
          {event.service !== undefined && <ServiceBadge service={event.service} className="max-w-24 shrink-0" />}
        </span>
        <span className="block truncate text-xs text-mute">{denialRuleSentences[event.rule]}</span>
      </span>
      <RelativeTime at={event.recordedAt} tabIndex={-1} className="shrink-0 text-xs text-mute" />
    </Link>
  );
}
