// How a proxy stands: where it calls, with what, how far, by which keys, under which policies, and since when.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { KeyLine } from '../agents/key-line.tsx';
import { strings } from '../strings.ts';
import { toInjected, toLimits } from './proxy-words.ts';

const text = strings.proxies;

interface ProxyFactsProps {
  readonly proxy: ProxySummary;
  /** Names of those attached; undefined while they are not known. */
  readonly policies: readonly string[] | undefined;
  readonly onEndOldKeys: () => void;
}

/** The middle of a card. */
export function ProxyFacts({ proxy, policies, onEndOldKeys }: ProxyFactsProps) {
  const injected = toInjected(proxy);
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 px-3.5 py-3 text-xs [&_dt]:text-mute">
      <dt>{text.upstream}</dt>
      <dd dir="ltr" title={proxy.upstreamUrl} className="truncate text-start font-mono text-2xs leading-4.5">
        {proxy.upstreamUrl.replace(/^https:\/\//, '')}
      </dd>
      <dt>{text.credential}</dt>
      <dd className="min-w-0">
        <Credential proxy={proxy} />
      </dd>
      {injected.length > 0 && (
        <>
          <dt>{text.sends}</dt>
          <dd dir="ltr" className="truncate text-start font-mono text-2xs leading-4.5">
            {injected.map(({ name }) => name).join(', ')}
          </dd>
        </>
      )}
      <dt>{text.limits}</dt>
      <dd>
        {toLimits(proxy)}
        {proxy.keyInUrl && ` · ${text.keyInUrlFact}`}
      </dd>
      <dt>{text.keys}</dt>
      <dd className="flex flex-col gap-1">
        {proxy.keys.map((key) => (
          <KeyLine key={key.id} agentKey={key} onEnd={onEndOldKeys} />
        ))}
      </dd>
      <dt>{text.policies}</dt>
      <dd dir="auto" title={policies?.join(', ')} className="user-text truncate">
        {policies === undefined
          ? '…'
          : policies.length > 2
            ? text.policyCount(policies.length)
            : policies.join(', ') || text.policyCount(0)}
      </dd>
      <dt>{text.used}</dt>
      <dd>{proxy.lastUsedAt === null ? strings.never : <RelativeTime at={proxy.lastUsedAt} />}</dd>
    </dl>
  );
}

function Credential({ proxy: { credentialId, credential } }: Pick<ProxyFactsProps, 'proxy'>) {
  if (credentialId === null) return <span className="text-mute">{text.nothing}</span>;
  if (credential === null) return <span className="text-red">{text.gone}</span>;
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link
        to="/vault"
        search={{ open: credential.id }}
        dir="auto"
        title={credential.label}
        className="user-text truncate rounded-sm text-accent hover:underline"
      >
        {credential.label}
      </Link>
      <ServiceBadge service={credential.service} className="max-w-[40%] shrink-0" />
    </span>
  );
}
