// Changes of an agent's standing: asked for, done, said.

import type { AgentSummary } from '@keytrail/shared/agent';
import { api } from '../../../lib/query.ts';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import type { AgentOverlay, ConfirmedAction } from './agent-overlay.ts';

const text = strings.agents;

interface AgentConfirmProps {
  readonly action: ConfirmedAction;
  readonly agent: AgentSummary;
  readonly onOverlay: (overlay: AgentOverlay | undefined) => void;
}

const words: Record<ConfirmedAction, { title: (name: string) => string; body: string; action: string }> = {
  rotate: { title: text.rotateTitle, body: text.rotateBody, action: text.rotate },
  suspend: { title: text.suspendTitle, body: text.suspendBody, action: text.suspend },
  resume: { title: text.resumeTitle, body: text.resumeBody, action: text.resume },
  remove: { title: text.removeTitle, body: text.removeBody, action: text.remove },
};

/** Stays open, with the reason, when the server refuses. */
export function AgentConfirm({ action, agent, onOverlay }: AgentConfirmProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function confirm() {
    await submit(async () => {
      const next = await perform(action, agent, toast);
      onOverlay(next);
      void refresh.grants();
    });
  }

  return (
    <ConfirmDialog
      open
      title={words[action].title(agent.name)}
      action={words[action].action}
      variant={action === 'resume' ? 'primary' : 'danger-filled'}
      pending={pending}
      error={failure?.sentence}
      onConfirm={confirm}
      onClose={() => onOverlay(undefined)}
    >
      {words[action].body}
    </ConfirmDialog>
  );
}

/** Returns what is to be shown next: a rotated key, or nothing. */
async function perform(
  action: ConfirmedAction,
  { id, name }: AgentSummary,
  toast: (sentence: string) => void,
): Promise<AgentOverlay | undefined> {
  switch (action) {
    case 'rotate': {
      const { agent, key } = await api.agents.rotateKey.mutate({ id });
      return { kind: 'key', agent, key };
    }
    case 'suspend':
      await api.agents.suspend.mutate({ id });
      toast(text.suspendedToast(name));
      return undefined;
    case 'resume':
      await api.agents.resume.mutate({ id });
      toast(text.resumed(name));
      return undefined;
    case 'remove':
      await api.agents.remove.mutate({ id });
      toast(text.removed(name));
      return undefined;
  }
}
