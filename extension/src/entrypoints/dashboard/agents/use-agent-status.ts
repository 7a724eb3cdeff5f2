// Suspending and resuming an agent.

import type { AgentSummary } from '@keytrail/shared/agent';
import { api } from '../../../lib/query.ts';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';

const text = strings.agents;

/**
 * Neither asks first. The rule of this page and of the grants: what the next press takes back (suspend, resume, a grant
 * revoked and given anew) is done at once, so that access can be stopped in one press; what nobody can take back (an
 * agent or an old key gone) asks.
 */
export function useAgentStatus({ id, name }: AgentSummary) {
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function set(action: 'suspend' | 'resume') {
    if (pending) return;
    const done = await submit(async () => {
      await api.agents[action].mutate({ id });
    });
    if (!done) return;
    toast(action === 'suspend' ? text.suspendedToast(name) : text.resumed(name));
    await refresh.agents();
  }

  return { failure, set };
}
