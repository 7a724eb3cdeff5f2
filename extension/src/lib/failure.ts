// What can go wrong between the extension and the server, as one small union every page can show.

import type { DenialRule } from '@keytrail/shared/event';

/**
 * A failure as a value. `sentence` is for the person in front of the screen: what happened and what to do next.
 * offline: no answer. signed_out: no session, or an expired one. denied: refused, with its rule. invalid: the input
 * was wrong. conflict: somebody else was faster. server: everything that broke on the other side.
 */
export interface Failure {
  readonly kind: 'offline' | 'signed_out' | 'denied' | 'server' | 'invalid' | 'conflict';
  readonly sentence: string;
  readonly rule?: DenialRule;
  /** RFC 3339; not before then. */
  readonly retryAt?: string;
}

/** Carries a failure through code that throws. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.sentence, { cause });
    this.name = 'FailureError';
    this.failure = failure;
  }
}
