// Sending a form: one press at a time, and the refusal as a sentence beside what was typed.

import { useState } from 'react';
import { toFailure } from '../../lib/api.ts';
import type { Failure } from '../../lib/failure.ts';

/** Runs an action; `failure` holds why it was refused until the next try. */
export function useSubmit() {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  /** True when the action went through. */
  async function submit(action: () => Promise<void>): Promise<boolean> {
    setPending(true);
    setFailure(undefined);
    try {
      await action();
      return true;
    } catch (error) {
      setFailure(toFailure(error));
      return false;
    } finally {
      setPending(false);
    }
  }

  return { pending, failure, submit, clear: () => setFailure(undefined) };
}
