// What opens over the agents page: forms, confirmations, the key, the grants.

import type { AgentSummary } from '@keytrail/shared/agent';
import { api } from '../../../lib/query.ts';
import { useToast } from '../../../ui/toast.tsx';
import { Section } from '../detail.tsx';
import { AgentGrantsDrawer } from '../grants/agent-grants-drawer.tsx';
import { GrantDialog } from '../grants/grant-dialog.tsx';
import { AttachedPolicies } from '../policies/attached-policies.tsx';
import { strings } from '../strings.ts';
import { useAgents, useCredentials, useRefresh } from '../use-vault-data.ts';
import { AgentConfirm, toDisconnection, toOldKeyEnd, toRemoval } from './agent-confirm.tsx';
import { AgentForm } from './agent-form.tsx';
import type { AgentOverlay } from './agent-overlay.ts';
import { KeyDialog } from './key-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

interface AgentOverlaysProps {
  /** The agent whose grants are open. */
  readonly open: AgentSummary | undefined;
  readonly overlay: AgentOverlay | undefined;
  readonly onOverlay: (overlay: AgentOverlay | undefined) => void;
  readonly onGrants: (agentId: string | undefined) => void;
}

/** At most one dialog over at most one drawer. */
export function AgentOverlays({ open, overlay, onOverlay, onGrants }: AgentOverlaysProps) {
  return (
    <>
      {open !== undefined && (
        <AgentGrantsDrawer
          agent={open}
          onAdd={() => onOverlay({ kind: 'grant', agent: open })}
          onClose={() => onGrants(undefined)}
        >
          <Section title={strings.grants.policies}>
            <AttachedPolicies target={{ kind: 'agent', id: open.id }} />
          </Section>
        </AgentGrantsDrawer>
      )}
      {overlay !== undefined && <Overlay overlay={overlay} onOverlay={onOverlay} />}
    </>
  );
}

interface OverlayProps {
  readonly overlay: AgentOverlay;
  readonly onOverlay: (overlay: AgentOverlay | undefined) => void;
}

function Overlay({ overlay, onOverlay }: OverlayProps) {
  const credentials = useCredentials().data ?? [];
  const agents = useAgents().data ?? [];
  const refresh = useRefresh();
  const toast = useToast();
  const close = () => onOverlay(undefined);
  switch (overlay.kind) {
    case 'add':
    case 'edit':
      return (
        <AgentForm
          agent={overlay.kind === 'edit' ? overlay.agent : undefined}
          onClose={close}
          onSaved={(agent, key) => {
            void refresh.agents();
            if (key === undefined) toast(strings.saved);
            onOverlay(key === undefined ? undefined : { kind: 'key', agent, key });
          }}
        />
      );
    case 'key':
      return (
        <KeyDialog
          agent={overlay.agent}
          secretKey={overlay.key}
          service={credentials[0]?.service}
          onClose={close}
          onGrant={
            overlay.agent.activeGrants === 0 ? () => onOverlay({ kind: 'grant', agent: overlay.agent }) : undefined
          }
        />
      );
    case 'rotate':
      return (
        <RotateDialog
          holder={overlay.agent}
          onClose={close}
          rotate={async (overlapMinutes) => {
            const { agent, key } = await api.agents.rotateKey.mutate({ id: overlay.agent.id, overlapMinutes });
            void refresh.agents();
            onOverlay({ kind: 'key', agent, key });
          }}
        />
      );
    case 'grant':
      return <GrantDialog agents={agents} credentials={credentials} agentId={overlay.agent.id} onClose={close} />;
    case 'endOldKeys':
      return <AgentConfirm asked={toOldKeyEnd(overlay.agent)} onOverlay={onOverlay} />;
    case 'disconnect':
      return <AgentConfirm asked={toDisconnection(overlay.agent, overlay.connection)} onOverlay={onOverlay} />;
    case 'remove':
      return <AgentConfirm asked={toRemoval(overlay.agent)} onOverlay={onOverlay} />;
  }
}
