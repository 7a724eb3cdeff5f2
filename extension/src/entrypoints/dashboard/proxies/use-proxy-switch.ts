// Switching a proxy on and off: at once, since the next press takes it back.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { api } from '../../../lib/query.ts';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';

const text = strings.proxies;

export function useProxySwitch({ id, name, enabled }: ProxySummary) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function flip() {
    if (pending) return;
    const done = await submit(async () => {
      await api.proxies.setEnabled.mutate({ id, enabled: !enabled });
    });
    if (!done) return;
    toast(enabled ? text.switchedOff(name) : text.switchedOn(name));
    await refresh.proxies();
  }

  return { failure, flip };
}
