// Asks before what nobody can take back: a proxy deleted, an old key of one ended.

import type { ProxySummary } from '@keytrail/shared/proxy';
import type { ReactNode } from 'react';
import { api } from '../../../lib/query.ts';
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { OldKeyEnd } from '../agents/old-key-end.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import type { ConfirmedAction } from './proxy-overlay.ts';

const text = strings.proxies;

interface ProxyConfirmProps {
  readonly action: ConfirmedAction;
  readonly proxy: ProxySummary;
  readonly onClose: () => void;
}

interface Asked {
  readonly title: string;
  readonly body: ReactNode;
  readonly action: string;
  readonly perform: () => Promise<unknown>;
  readonly done: string;
}

/** Stays open, with the reason, when the server refuses. */
export function ProxyConfirm({ action, proxy, onClose }: ProxyConfirmProps) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();
  const asked = action === 'remove' ? toRemoval(proxy) : toOldKeyEnd(proxy);

  async function confirm() {
    await submit(async () => {
      await asked.perform();
      onClose();
      toast(asked.done);
      // Policies say what they are attached to.
      await Promise.all([refresh.proxies(), refresh.policies()]);
    });
  }

  return (
    <ConfirmDialog
      open
      title={asked.title}
      action={asked.action}
      pending={pending}
      error={failure?.sentence}
      onConfirm={confirm}
      onClose={onClose}
    >
      {asked.body}
    </ConfirmDialog>
  );
}

function toRemoval({ id, name }: ProxySummary): Asked {
  return {
    title: text.removeTitle(name),
    body: text.removeBody,
    action: text.remove,
    perform: () => api.proxies.remove.mutate({ id }),
    done: text.removed(name),
  };
}

function toOldKeyEnd({ id, name, keys }: ProxySummary): Asked {
  const old = keys.find(({ endsAt }) => endsAt !== null);
  return {
    title: strings.agents.endOldTitle(old?.hint ?? ''),
    body: <OldKeyEnd name={name} old={old} />,
    action: strings.agents.endOld,
    perform: () => api.proxies.endOldKeys.mutate({ id }),
    done: strings.agents.oldEnded,
  };
}
