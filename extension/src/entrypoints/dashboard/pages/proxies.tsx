// The proxies: upstreams that programs call with a credential in the call that they never hold.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FileInput, Plus, SearchX, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { PageHead } from '../page-head.tsx';
import { ProxyCard } from '../proxies/proxy-card.tsx';
import type { ProxyOverlay } from '../proxies/proxy-overlay.ts';
import { ProxyOverlays } from '../proxies/proxy-overlays.tsx';
import { matchesProxy } from '../proxies/proxy-words.ts';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useTitle } from '../use-title.ts';
import { usePolicies, useProxies } from '../use-vault-data.ts';

const text = strings.proxies;
/** Fewer are seen at a glance. */
const searchFrom = 5;

/** The proxy whose details are open and the search are in the address. */
export function ProxiesPage() {
  useTitle(text.title);
  const { open, q = '' } = useSearch({ from: '/app/proxies' });
  const navigate = useNavigate({ from: '/proxies' });
  const [overlay, setOverlay] = useState<ProxyOverlay>();
  const proxies = useProxies();
  const count = proxies.data?.length ?? 0;
  const goTo = (search: { open?: string | undefined; q?: string | undefined }) =>
    navigate({ search: (current) => ({ ...current, ...search }), replace: search.open === undefined });

  return (
    <>
      <PageHead title={text.title} subtitle={count > 0 ? text.subtitle(count) : undefined}>
        {(count >= searchFrom || q !== '') && (
          <SearchField label={text.search} value={q} onChange={(value) => goTo({ q: value || undefined })} />
        )}
        {count > 0 && (
          <Button onClick={() => setOverlay({ kind: 'import' })}>
            <FileInput aria-hidden />
            {text.import}
          </Button>
        )}
        {/* Without any proxy the page has a greater one. */}
        {proxies.data?.length !== 0 && (
          <Button variant="primary" onClick={() => setOverlay({ kind: 'templates' })}>
            <Plus aria-hidden />
            {text.add}
          </Button>
        )}
      </PageHead>
      <QueryState query={proxies}>
        {(all) => (
          <Cards
            all={all}
            query={q}
            onOverlay={setOverlay}
            onDetails={({ id }) => goTo({ open: id })}
            onClear={() => goTo({ q: undefined })}
          />
        )}
      </QueryState>
      <ProxyOverlays
        open={proxies.data?.find(({ id }) => id === open)}
        overlay={overlay}
        onOverlay={setOverlay}
        onCloseDetails={() => goTo({ open: undefined })}
      />
    </>
  );
}

interface CardsProps {
  readonly all: readonly ProxySummary[];
  readonly query: string;
  readonly onOverlay: (overlay: ProxyOverlay) => void;
  readonly onDetails: (proxy: ProxySummary) => void;
  readonly onClear: () => void;
}

function Cards({ all, query, onOverlay, onDetails, onClear }: CardsProps) {
  const policies = usePolicies().data;
  const found = all.filter((proxy) => matchesProxy(proxy, query));
  const policiesOf = ({ id }: ProxySummary) =>
    policies
      ?.filter(({ usedBy }) => usedBy.some((user) => user.kind === 'proxy' && user.id === id))
      .map(({ name }) => name);
  if (found.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        {all.length === 0 ? (
          <None onOverlay={onOverlay} />
        ) : (
          <Empty icon={SearchX} title={text.noMatchTitle}>
            <p>{text.noMatchBody(query)}</p>
            <Button onClick={onClear}>{text.clearSearch}</Button>
          </Empty>
        )}
      </div>
    );
  }
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(24rem,1fr))]">
      {found.map((proxy) => (
        <ProxyCard
          key={proxy.id}
          proxy={proxy}
          policies={policiesOf(proxy)}
          onAction={(action) => (action === 'details' ? onDetails(proxy) : onOverlay({ kind: action, proxy }))}
        />
      ))}
    </ul>
  );
}

function None({ onOverlay }: Pick<CardsProps, 'onOverlay'>) {
  return (
    <Empty icon={Waypoints} title={text.emptyTitle}>
      <p>{text.emptyBody}</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button variant="primary" onClick={() => onOverlay({ kind: 'templates' })}>
          {text.addFirst}
        </Button>
        <Button onClick={() => onOverlay({ kind: 'import' })}>{text.importFirst}</Button>
      </div>
    </Empty>
  );
}
