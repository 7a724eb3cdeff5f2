// One proxy: what it calls, how it stands, and what can be done with it.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { Link } from '@tanstack/react-router';
import { List, SlidersHorizontal, Waypoints } from 'lucide-react';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { ProxyFacts } from './proxy-facts.tsx';
import { type ProxyAction, ProxyMenu } from './proxy-menu.tsx';
import { useProxySwitch } from './use-proxy-switch.ts';

const text = strings.proxies;

/** What a card asks the page to open. */
export type CardAction = Exclude<ProxyAction, 'switch'> | 'endOldKeys' | 'details';

interface ProxyCardProps {
  readonly proxy: ProxySummary;
  /** Names of those attached; undefined while they are not known. */
  readonly policies: readonly string[] | undefined;
  readonly onAction: (action: CardAction) => void;
}

/** A card of the proxies page. */
export function ProxyCard({ proxy, policies, onAction }: ProxyCardProps) {
  const { failure, flip } = useProxySwitch(proxy);
  return (
    <li aria-labelledby={`proxy-${proxy.id}`} className="flex min-w-0 flex-col rounded-lg border border-line bg-panel">
      <div className="flex items-center gap-2.5 px-3.5 pt-3.5">
        <span
          aria-hidden
          className={joinClasses(
            'grid size-8 shrink-0 place-items-center rounded-md',
            proxy.enabled ? 'bg-blue-soft text-blue' : 'bg-sunken text-mute',
          )}
        >
          <Waypoints className="size-4.5" />
        </span>
        <div className="flex min-w-0 flex-1 items-center gap-1.5">
          <h2
            id={`proxy-${proxy.id}`}
            dir="auto"
            title={proxy.name}
            className="user-text me-0.5 truncate text-md font-semibold"
          >
            {proxy.name}
          </h2>
          <Pill tone="quiet">{text.kinds[proxy.kind]}</Pill>
          <Pill tone={proxy.enabled ? 'good' : 'warn'}>{proxy.enabled ? text.on : text.off}</Pill>
        </div>
        <ProxyMenu proxy={proxy} onAction={(action) => (action === 'switch' ? void flip() : onAction(action))} />
      </div>
      <ProxyFacts proxy={proxy} policies={policies} onEndOldKeys={() => onAction('endOldKeys')} />
      {failure !== undefined && (
        <Notice tone="bad" className="mx-3.5 mb-3">
          {failure.sentence}
        </Notice>
      )}
      <div className="mt-auto flex flex-wrap gap-2 border-t border-hairline px-3.5 py-2.5">
        <Button size="small" onClick={() => onAction('details')}>
          <SlidersHorizontal aria-hidden />
          {text.details}
        </Button>
        <Link to="/audit" search={activityOf.proxy(proxy.id)} className={toButtonClasses({ size: 'small' })}>
          <List aria-hidden />
          {text.activity}
        </Link>
      </div>
    </li>
  );
}
