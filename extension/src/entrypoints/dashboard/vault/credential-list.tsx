// The vault as a table, of which only the rows around the screen are drawn; where its place is narrow, only names and services stay.

import { type CredentialSummary, credentialKindLabels } from '@keytrail/shared/credential';
import { Fragment, useMemo } from 'react';
import { joinClasses } from '../../../ui/join-classes.ts';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { rowFocusClasses, toRowPress } from '../../../ui/row-press.ts';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings } from '../strings.ts';
import { Expiry, ExpiryWarning } from './expiry.tsx';
import { KindIcon } from './kind-icon.tsx';
import { findUsername, toSites } from './public-members.ts';
import { useDrawnList } from './use-drawn-list.ts';

const headCell = 'border-b border-line px-2.5 py-1.75 text-xs font-medium text-faint not-last:text-start last:text-end';
const cell = 'border-b border-hairline px-2.5 py-1.5 align-middle text-mute';
const shownFrom = {
  service: 'hidden @md:table-cell',
  sites: 'hidden @3xl:table-cell',
  tags: 'hidden @5xl:table-cell',
  used: 'hidden @lg:table-cell',
  expires: 'hidden @4xl:table-cell',
} as const;
/** Where the column for it is not there. */
const warnedBelow = '@4xl:hidden';

interface CredentialListProps {
  readonly credentials: readonly CredentialSummary[];
  readonly openId: string | undefined;
  readonly onOpen: (credential: CredentialSummary) => void;
}

/** A press on a row, or Enter, opens its details. */
export function CredentialList({ credentials, openId, onOpen }: CredentialListProps) {
  const ids = useMemo(() => credentials.map(({ id }) => id), [credentials]);
  const { bodyProps, drawn, measure, toRowProps } = useDrawnList(ids);
  const { columns } = strings.vault;
  return (
    <div className="@container overflow-clip rounded-lg border border-line bg-panel">
      <table
        aria-rowcount={credentials.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 [overflow-anchor:none]"
      >
        <caption className="sr-only">{strings.vault.title}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" className={headCell}>
              {columns.name}
            </th>
            <th scope="col" className={joinClasses(headCell, shownFrom.service, 'w-36')}>
              {columns.service}
            </th>
            <th scope="col" className={joinClasses(headCell, shownFrom.sites, 'w-[22%]')}>
              {columns.sites}
            </th>
            <th scope="col" className={joinClasses(headCell, shownFrom.tags, 'w-[16%]')}>
              {columns.tags}
            </th>
            <th scope="col" className={joinClasses(headCell, shownFrom.expires, 'w-32')}>
              {columns.expires}
            </th>
            <th scope="col" className={joinClasses(headCell, shownFrom.used, 'w-24')}>
              {columns.used}
            </th>
          </tr>
        </thead>
        <tbody className="[&>tr:last-child>td]:border-b-0" {...bodyProps}>
          {drawn.rows.map(({ index, gapPx }) => {
            const credential = credentials[index];
            if (credential === undefined) return null;
            return (
              <Fragment key={credential.id}>
                <Gap px={gapPx} />
                <CredentialRow
                  credential={credential}
                  index={index}
                  measure={measure}
                  open={credential.id === openId}
                  onOpen={onOpen}
                  rowProps={toRowProps(credential.id)}
                />
              </Fragment>
            );
          })}
          <Gap px={drawn.restPx} />
        </tbody>
      </table>
    </div>
  );
}

/** The room of rows that are not drawn. */
function Gap({ px }: { readonly px: number }) {
  return px > 0 ? <tr aria-hidden style={{ height: px }} /> : null;
}

interface CredentialRowProps {
  readonly credential: CredentialSummary;
  readonly index: number;
  readonly measure: (row: HTMLTableRowElement | null) => void;
  readonly open: boolean;
  readonly onOpen: CredentialListProps['onOpen'];
  readonly rowProps: { 'data-row': string; tabIndex: 0 | -1 };
}

function CredentialRow({ credential, index, measure, open, onOpen, rowProps }: CredentialRowProps) {
  const { label, service, kind, tags, lastUsedAt, expiresAt } = credential;
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      onClick={toRowPress(() => onOpen(credential))}
      className={joinClasses('cursor-pointer', rowFocusClasses, open ? 'bg-accent-soft' : 'hover:bg-canvas')}
    >
      <td className={cell}>
        <div className="flex min-w-0 items-center gap-2.5">
          <KindIcon kind={kind} />
          <div className="min-w-0 flex-1">
            <button
              type="button"
              {...rowProps}
              dir="auto"
              title={label}
              className="user-text block w-full truncate font-medium text-ink outline-none"
            >
              {label}
            </button>
            <p className="truncate text-xs">
              {credentialKindLabels[kind]}
              <ExpiryWarning at={expiresAt} className={warnedBelow} />
              <Aside credential={credential} />
              {credential.refresh?.reconnectNeeded && (
                <span className="text-red"> · {strings.oauth.status.reconnectNeeded}</span>
              )}
            </p>
          </div>
        </div>
      </td>
      <td className={joinClasses(cell, shownFrom.service)}>
        <ServiceBadge service={service} className="max-w-full" />
      </td>
      <td className={joinClasses(cell, shownFrom.sites)}>
        <Sites sites={toSites(credential)} />
      </td>
      <td className={joinClasses(cell, shownFrom.tags)}>
        <span dir="auto" title={tags.join(', ')} className="user-text block truncate">
          {tags.join(', ')}
        </span>
      </td>
      <td className={joinClasses(cell, shownFrom.expires)}>
        <Expiry at={expiresAt} tabIndex={rowProps.tabIndex} />
      </td>
      <td className={joinClasses(cell, shownFrom.used, 'text-end')}>
        {lastUsedAt === null ? (
          <span className="text-faint">{strings.never}</span>
        ) : (
          <RelativeTime at={lastUsedAt} tabIndex={rowProps.tabIndex} />
        )}
      </td>
    </tr>
  );
}

/** The username, unless the label is already it; in narrow places the service too. */
function Aside({ credential }: { readonly credential: CredentialSummary }) {
  const username = findUsername(credential);
  return (
    <>
      {username !== undefined && username !== credential.label && (
        <>
          {' · '}
          <span dir="auto" className="user-text">
            {username}
          </span>
        </>
      )}
      <span className="@md:hidden"> · {credential.service}</span>
    </>
  );
}

function Sites({ sites }: { readonly sites: readonly string[] }) {
  const [first, ...others] = sites;
  if (first === undefined) return null;
  return (
    <span className="flex min-w-0 gap-1" title={sites.join('\n')}>
      <span dir="ltr" className="truncate">
        {new URL(first).host}
      </span>
      {others.length > 0 && <span className="text-faint">{strings.vault.moreSites(others.length)}</span>}
    </span>
  );
}
