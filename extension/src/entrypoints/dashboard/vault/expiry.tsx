// When a credential ends, with a warning from 14 days before and once it has.

import { TriangleAlert } from 'lucide-react';
import { Notice } from '../../../ui/notice.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { toRelativeTime } from '../../../ui/time.ts';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { type ExpiryState, toExpiryState } from './expiry-state.ts';

const colors: Record<ExpiryState, string | undefined> = { later: undefined, soon: 'text-amber', expired: 'text-red' };

/** Shows a dash for a credential without an end. */
export function Expiry({ at, tabIndex }: { readonly at: string | null; readonly tabIndex?: 0 | -1 }) {
  const state = useTicking((nowMs) => toExpiryState(at, nowMs));
  if (at === null) return <span className="text-faint">–</span>;
  return (
    <span className={colors[state]}>
      {state !== 'later' && <TriangleAlert aria-hidden className="me-1 inline size-3.5 align-[-0.125em]" />}
      {state === 'expired' && `${strings.vault.expired} `}
      <RelativeTime at={at} {...(tabIndex === undefined ? {} : { tabIndex })} />
    </span>
  );
}

/** The warning alone, in words, where there is no column for the date; nothing while there is nothing to warn of. */
export function ExpiryWarning({ at, className }: { readonly at: string | null; readonly className?: string }) {
  const state = useTicking((nowMs) => toExpiryState(at, nowMs));
  const words = useTicking((nowMs) => (at === null ? '' : toRelativeTime(at, nowMs)));
  if (state === 'later') return null;
  return (
    <span className={className}>
      {' · '}
      <span className={colors[state]}>
        {state === 'expired' ? strings.vault.expired : strings.vault.expires} {words}
      </span>
    </span>
  );
}

/** What the end means and what to do about it, above everything else of a credential. */
export function ExpiryNotice({ at }: { readonly at: string | null }) {
  const state = useTicking((nowMs) => toExpiryState(at, nowMs));
  if (at === null || state === 'later') return null;
  return <Notice tone={state === 'expired' ? 'bad' : 'warn'}>{strings.credential.expiry[state]}</Notice>;
}
