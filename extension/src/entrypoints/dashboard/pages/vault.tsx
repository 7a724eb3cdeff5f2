// The vault: what is stored, and everything that can be done with it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FileInput, KeyRound, Plus, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { FirstSteps } from '../first-steps.tsx';
import { PageHead } from '../page-head.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useTitle } from '../use-title.ts';
import { useAgents, useCredentials } from '../use-vault-data.ts';
import { CredentialList } from '../vault/credential-list.tsx';
import { matchesText } from '../vault/public-members.ts';
import type { VaultOverlay } from '../vault/vault-overlay.ts';
import { VaultOverlays } from '../vault/vault-overlays.tsx';

const text = strings.vault;

/** The open credential and the search are in the address. */
export function VaultPage() {
  useTitle(text.title);
  const { open, q = '' } = useSearch({ from: '/app/vault' });
  const navigate = useNavigate({ from: '/vault' });
  const [overlay, setOverlay] = useState<VaultOverlay>();
  const credentials = useCredentials();
  const agents = useAgents();
  const count = credentials.data?.length ?? 0;
  const goTo = (search: { open?: string | undefined; q?: string | undefined }) =>
    navigate({ search: (current) => ({ ...current, ...search }), replace: search.open === undefined });

  return (
    <>
      <PageHead title={text.title} subtitle={count > 0 ? text.subtitle(count) : undefined}>
        {count > 0 && (
          <SearchField label={text.search} value={q} onChange={(value) => goTo({ q: value || undefined })} />
        )}
        <Button onClick={() => setOverlay({ kind: 'import' })}>
          <FileInput aria-hidden />
          {strings.credentialImport.open}
        </Button>
        <Button variant="primary" onClick={() => setOverlay({ kind: 'add' })}>
          <Plus aria-hidden />
          {text.add}
        </Button>
      </PageHead>
      {credentials.data !== undefined && agents.data !== undefined && (
        <FirstSteps
          hasCredentials={count > 0}
          hasAgents={agents.data.length > 0}
          onAdd={() => setOverlay({ kind: 'add' })}
        />
      )}
      <QueryState query={credentials}>
        {(all) => (
          <Credentials
            all={all}
            query={q}
            openId={open}
            onOpen={({ id }) => goTo({ open: id })}
            onAdd={() => setOverlay({ kind: 'add' })}
            onImport={() => setOverlay({ kind: 'import' })}
            onClear={() => goTo({ q: undefined })}
          />
        )}
      </QueryState>
      <VaultOverlays
        open={credentials.data?.find(({ id }) => id === open)}
        overlay={overlay}
        onOverlay={setOverlay}
        onCloseDrawer={() => goTo({ open: undefined })}
      />
    </>
  );
}

interface CredentialsProps {
  readonly all: readonly CredentialSummary[];
  readonly query: string;
  readonly openId: string | undefined;
  readonly onOpen: (credential: CredentialSummary) => void;
  readonly onAdd: () => void;
  readonly onImport: () => void;
  readonly onClear: () => void;
}

function Credentials({ all, query, openId, onOpen, onAdd, onImport, onClear }: CredentialsProps) {
  const found = useMemo(() => all.filter((credential) => matchesText(credential, query)), [all, query]);
  if (found.length > 0) return <CredentialList credentials={found} openId={openId} onOpen={onOpen} />;
  return (
    <div className="rounded-lg border border-line bg-panel">
      {all.length === 0 ? (
        <Empty icon={KeyRound} title={text.emptyTitle}>
          <p>{text.emptyBody}</p>
          <div className="flex flex-wrap justify-center gap-2">
            <Button onClick={onAdd}>{text.add}</Button>
            <Button onClick={onImport}>{text.importFirst}</Button>
          </div>
        </Empty>
      ) : (
        <Empty icon={SearchX} title={text.noMatchTitle}>
          <p>{text.noMatchBody(query)}</p>
          <Button onClick={onClear}>{text.clearSearch}</Button>
        </Empty>
      )}
    </div>
  );
}
