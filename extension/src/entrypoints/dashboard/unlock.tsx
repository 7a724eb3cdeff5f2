// The way to open the locked vault, above a page and wherever a form is refused by the lock.

import { useQuery } from '@tanstack/react-query';
import { sendUnlock } from '../../lib/answer.ts';
import { toFailure } from '../../lib/api.ts';
import { canUsePasskeys, unlockWithPasskey } from '../../lib/passkey.ts';
import { api, trpc } from '../../lib/query.ts';
import { strings } from '../../ui/strings.ts';
import { UnlockForm } from '../../ui/unlock-form.tsx';

/** By password or, where there is one, by passkey. `onUnlocked`: it is open again by what was done here. */
export function Unlock({ onUnlocked }: { readonly onUnlocked?: () => void }) {
  const passkeys = useQuery(trpc.passkeys.list.queryOptions());
  const hasPasskey = canUsePasskeys() && (passkeys.data?.length ?? 0) > 0;
  const by = async (way: Promise<string | null>) => {
    const failure = await way;
    if (failure === null) onUnlocked?.();
    return failure;
  };
  return (
    <UnlockForm
      onUnlock={(password) => by(sendUnlock(password, strings.lock.noWorker))}
      onPasskey={hasPasskey ? () => by(tryPasskey()) : undefined}
    />
  );
}

async function tryPasskey(): Promise<string | null> {
  try {
    return (await unlockWithPasskey(api)) ? null : strings.lock.passkeyGivenUp;
  } catch (error) {
    return toFailure(error).sentence;
  }
}
