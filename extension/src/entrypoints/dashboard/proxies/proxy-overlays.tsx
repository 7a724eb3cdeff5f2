// What opens over the proxies page: the templates, the form, the import, confirmations, the key, the details.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { api } from '../../../lib/query.ts';
import { useToast } from '../../../ui/toast.tsx';
import { RotateDialog } from '../agents/rotate-dialog.tsx';
import { strings } from '../strings.ts';
import { useCredentials, useProxies, useRefresh } from '../use-vault-data.ts';
import { ImportDialog } from './import-dialog.tsx';
import { ProxyConfirm } from './proxy-confirm.tsx';
import { emptyDraft, fromTemplate, toDraft } from './proxy-draft.ts';
import { ProxyDrawer } from './proxy-drawer.tsx';
import { ProxyForm } from './proxy-form.tsx';
import { ProxyKeyDialog } from './proxy-key-dialog.tsx';
import type { ProxyOverlay } from './proxy-overlay.ts';
import { TemplateDialog } from './template-dialog.tsx';

interface ProxyOverlaysProps {
  /** The proxy whose details are open. */
  readonly open: ProxySummary | undefined;
  readonly overlay: ProxyOverlay | undefined;
  readonly onOverlay: (overlay: ProxyOverlay | undefined) => void;
  readonly onCloseDetails: () => void;
}

/** At most one dialog, or the drawer. */
export function ProxyOverlays({ open, overlay, onOverlay, onCloseDetails }: ProxyOverlaysProps) {
  return (
    <>
      {open !== undefined && <ProxyDrawer proxy={open} onClose={onCloseDetails} />}
      {overlay !== undefined && <Overlay overlay={overlay} onOverlay={onOverlay} />}
    </>
  );
}

interface OverlayProps {
  readonly overlay: ProxyOverlay;
  readonly onOverlay: (overlay: ProxyOverlay | undefined) => void;
}

function Overlay({ overlay, onOverlay }: OverlayProps) {
  const proxies = useProxies().data ?? [];
  const credentials = useCredentials().data ?? [];
  const refresh = useRefresh();
  const toast = useToast();
  const close = () => onOverlay(undefined);

  function onSaved(proxy: ProxySummary, key: string | undefined) {
    void refresh.proxies();
    if (key === undefined) toast(strings.saved);
    onOverlay(key === undefined ? undefined : { kind: 'key', proxy, key });
  }

  switch (overlay.kind) {
    case 'templates':
      return (
        <TemplateDialog
          onClose={close}
          onImport={() => onOverlay({ kind: 'import' })}
          onChoose={(template) => {
            const names = proxies.map(({ name }) => name);
            const draft = template === undefined ? emptyDraft() : fromTemplate(template, names, credentials);
            onOverlay({ kind: 'add', draft, credentialHint: template?.hint });
          }}
        />
      );
    case 'add':
      return (
        <ProxyForm initial={overlay.draft} credentialHint={overlay.credentialHint} onClose={close} onSaved={onSaved} />
      );
    case 'edit':
      return <ProxyForm proxy={overlay.proxy} initial={toDraft(overlay.proxy)} onClose={close} onSaved={onSaved} />;
    case 'import':
      return <ImportDialog onClose={close} />;
    case 'key':
      return <ProxyKeyDialog proxy={overlay.proxy} secretKey={overlay.key} onClose={close} />;
    case 'rotate':
      return (
        <RotateDialog
          holder={overlay.proxy}
          onClose={close}
          rotate={async (overlapMinutes) => {
            const { proxy, key } = await api.proxies.rotateKey.mutate({ id: overlay.proxy.id, overlapMinutes });
            onSaved(proxy, key);
          }}
        />
      );
    case 'endOldKeys':
    case 'remove':
      return <ProxyConfirm action={overlay.kind} proxy={overlay.proxy} onClose={close} />;
  }
}
