// What opens over the vault: the drawer of one credential, forms, the import, the confirmation.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { lazy, Suspense } from 'react';
import { useToast } from '../../../ui/toast.tsx';
import { GrantDialog } from '../grants/grant-dialog.tsx';
import { ConnectDialogs } from '../oauth/connect-dialogs.tsx';
import { strings } from '../strings.ts';
import { useAgents, useCredentials, useRefresh } from '../use-vault-data.ts';
import { CredentialDrawer } from './credential-drawer.tsx';
import { CredentialForm } from './credential-form.tsx';
import { RemoveCredential } from './remove-credential.tsx';
import type { VaultOverlay } from './vault-overlay.ts';

// With what it reads files by it is larger than the page.
const ImportDialog = lazy(async () => ({ default: (await import('../import/import-dialog.tsx')).ImportDialog }));

interface VaultOverlaysProps {
  /** The credential whose drawer is open. */
  readonly open: CredentialSummary | undefined;
  readonly overlay: VaultOverlay | undefined;
  readonly onOverlay: (overlay: VaultOverlay | undefined) => void;
  readonly onCloseDrawer: () => void;
}

/** At most one dialog over at most one drawer. */
export function VaultOverlays({ open, overlay, onOverlay, onCloseDrawer }: VaultOverlaysProps) {
  const refresh = useRefresh();
  return (
    <>
      {open !== undefined && (
        <CredentialDrawer
          credential={open}
          onClose={onCloseDrawer}
          onEdit={() => onOverlay({ kind: 'edit', credential: open })}
          onShare={() => onOverlay({ kind: 'share', credential: open })}
          onRemove={() => onOverlay({ kind: 'remove', credential: open })}
          onUsed={refresh.credentials}
        />
      )}
      {overlay !== undefined && <Overlay overlay={overlay} onOverlay={onOverlay} onCloseDrawer={onCloseDrawer} />}
    </>
  );
}

type OverlayProps = Omit<VaultOverlaysProps, 'open'> & { readonly overlay: VaultOverlay };

function Overlay({ overlay, onOverlay, onCloseDrawer }: OverlayProps) {
  const credentials = useCredentials().data ?? [];
  const agents = useAgents().data ?? [];
  const refresh = useRefresh();
  const toast = useToast();
  const close = () => onOverlay(undefined);

  function onStored(words: string) {
    toast(words);
    close();
    void refresh.credentials();
  }

  switch (overlay.kind) {
    case 'add':
    case 'edit':
      return (
        <CredentialForm
          credential={overlay.kind === 'edit' ? overlay.credential : undefined}
          latest={overlay.kind === 'edit' ? credentials.find(({ id }) => id === overlay.credential.id) : undefined}
          services={[...new Set(credentials.map(({ service }) => service))].sort()}
          onClose={close}
          onConnect={() => onOverlay({ kind: 'connect' })}
          onSaved={({ label }) => onStored(overlay.kind === 'add' ? strings.vault.created(label) : strings.saved)}
        />
      );
    case 'connect':
      return <ConnectDialogs onClose={close} onConnected={({ label }) => onStored(strings.oauth.connected(label))} />;
    case 'import':
      return (
        <Suspense>
          <ImportDialog onClose={close} />
        </Suspense>
      );
    case 'share':
      return (
        <GrantDialog agents={agents} credentials={credentials} credentialId={overlay.credential.id} onClose={close} />
      );
    case 'remove':
      return (
        <RemoveCredential
          credential={overlay.credential}
          onClose={close}
          onRemoved={() => {
            close();
            onCloseDrawer();
          }}
        />
      );
  }
}
