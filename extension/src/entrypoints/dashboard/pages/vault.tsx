// The vault: what is stored, and everything that can be done with it.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FileInput, KeyRound, Plus, SearchX } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { FirstSteps } from '../first-steps.tsx';
import { GrantDialog } from '../grants/grant-dialog.tsx';
import { ConnectDialogs } from '../oauth/connect-dialogs.tsx';
import { PageHead } from '../page-head.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useTitle } from '../use-title.ts';
import { useAgents, useCredentials, useRefresh } from '../use-vault-data.ts';
import { CredentialDrawer } from '../vault/credential-drawer.tsx';
import { CredentialForm } from '../vault/credential-form.tsx';
import { CredentialList } from '../vault/credential-list.tsx';
import { matchesText } from '../vault/public-members.ts';

// With what it reads files by it is larger than the page.
const ImportDialog = lazy(async () => ({ default: (await import('../import/import-dialog.tsx')).ImportDialog }));

const text = strings.vault;

/** Over the list lies at most one of these. */
type Overlay = 'add' | 'connect' | 'import' | 'edit' | 'share' | 'remove';

/** The open credential and the search are in the address. */
export function VaultPage() {
  useTitle(text.title);
  const { open, q = '' } = useSearch({ from: '/app/vault' });
  const navigate = useNavigate({ from: '/vault' });
  const [overlay, setOverlay] = useState<Overlay>();
  const credentials = useCredentials();
  const agents = useAgents();
  const chosen = credentials.data?.find(({ id }) => id === open);
  const count = credentials.data?.length ?? 0;
  const goTo = (search: { open?: string | undefined; q?: string | undefined }) =>
    navigate({ search: (current) => ({ ...current, ...search }), replace: search.open === undefined });

  return (
    <>
      <PageHead title={text.title} subtitle={count > 0 ? text.subtitle(count) : undefined}>
        {count > 0 && (
          <SearchField label={text.search} value={q} onChange={(value) => goTo({ q: value || undefined })} />
        )}
        <Button onClick={() => setOverlay('import')}>
          <FileInput aria-hidden />
          {strings.credentialImport.open}
        </Button>
        <Button variant="primary" onClick={() => setOverlay('add')}>
          <Plus aria-hidden />
          {text.add}
        </Button>
      </PageHead>
      {credentials.data !== undefined && agents.data !== undefined && (
        <FirstSteps hasCredentials={count > 0} hasAgents={agents.data.length > 0} onAdd={() => setOverlay('add')} />
      )}
      <QueryState query={credentials}>
        {(all) => (
          <Credentials
            all={all}
            query={q}
            openId={open}
            onOpen={({ id }) => goTo({ open: id })}
            onAdd={() => setOverlay('add')}
            onImport={() => setOverlay('import')}
            onClear={() => goTo({ q: undefined })}
          />
        )}
      </QueryState>
      {overlay === 'import' && (
        <Suspense>
          <ImportDialog onClose={() => setOverlay(undefined)} />
        </Suspense>
      )}
      {(chosen !== undefined || overlay === 'add' || overlay === 'connect') && (
        <Overlays chosen={chosen} overlay={overlay} setOverlay={setOverlay} onClose={() => goTo({ open: undefined })} />
      )}
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

interface OverlaysProps {
  readonly chosen: CredentialSummary | undefined;
  readonly overlay: Overlay | undefined;
  readonly setOverlay: (overlay: Overlay | undefined) => void;
  /** Closes the drawer. */
  readonly onClose: () => void;
}

function Overlays({ chosen, overlay, setOverlay, onClose }: OverlaysProps) {
  const credentials = useCredentials().data ?? [];
  const agents = useAgents().data ?? [];
  const refresh = useRefresh();
  const toast = useToast();
  const close = () => setOverlay(undefined);
  const services = [...new Set(credentials.map(({ service }) => service))].sort();
  return (
    <>
      {chosen !== undefined && (
        <CredentialDrawer
          credential={chosen}
          onClose={onClose}
          onEdit={() => setOverlay('edit')}
          onShare={() => setOverlay('share')}
          onRemove={() => setOverlay('remove')}
          onUsed={refresh.credentials}
        />
      )}
      {(overlay === 'add' || overlay === 'edit') && (
        <CredentialForm
          credential={overlay === 'edit' ? chosen : undefined}
          services={services}
          onClose={close}
          onConnect={() => setOverlay('connect')}
          onSaved={(saved) => {
            toast(overlay === 'add' ? text.created(saved.label) : strings.saved);
            close();
            void refresh.credentials();
          }}
        />
      )}
      {overlay === 'connect' && (
        <ConnectDialogs
          onClose={close}
          onConnected={({ label }) => {
            toast(strings.oauth.connected(label));
            close();
            void refresh.credentials();
          }}
        />
      )}
      {overlay === 'share' && chosen !== undefined && (
        <GrantDialog agents={agents} credentials={credentials} credentialId={chosen.id} onClose={close} />
      )}
      {chosen !== undefined && (
        <RemoveDialog
          credential={chosen}
          open={overlay === 'remove'}
          onClose={close}
          onRemoved={() => {
            close();
            onClose();
          }}
        />
      )}
    </>
  );
}

interface RemoveDialogProps {
  readonly credential: CredentialSummary;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

function RemoveDialog({ credential, open, onClose, onRemoved }: RemoveDialogProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function remove() {
    const done = await submit(async () => {
      await api.credentials.remove.mutate({ id: credential.id });
    });
    if (!done) return;
    toast(text.removed(credential.label));
    onRemoved();
    await Promise.all([refresh.credentials(), refresh.grants()]);
  }

  return (
    <ConfirmDialog
      open={open}
      title={text.removeTitle(credential.label)}
      action={text.actions.remove}
      pending={pending}
      error={failure?.sentence}
      onConfirm={remove}
      onClose={onClose}
    >
      {text.removeBody}
    </ConfirmDialog>
  );
}
